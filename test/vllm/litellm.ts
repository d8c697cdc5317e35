/** A real LiteLLM proxy in front of a server of this machine. Set up once in the cache folder, beside vLLM: about two minutes and 800 MB. */
import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { cacheFolder } from "../../scripts/vllm.mjs"

export const VERSION = "1.108.7"

/** It refuses to start with a weak one. */
export const KEY = "sk-4f9c2b7e81d05a3c6e9f"

const STARTS_WITHIN_MS = 60_000

export interface LiteLlm {
  /** For `baseURL`: ends in `/v1`. */
  url: string
  origin: string
  stop(): Promise<void>
}

/** Installs what is missing; the stamp is written last, so that half an installation is none. */
function setup(): string {
  const folder = join(dirname(cacheFolder()), `litellm-${VERSION}`)
  const stamp = join(folder, ".installed")
  if (existsSync(stamp)) return folder
  mkdirSync(folder, { recursive: true })
  const run = (command: string, args: string[]) => {
    const ran = spawnSync(command, args, { stdio: ["ignore", "ignore", 2] })
    if (ran.status !== 0) throw new Error(`Setting up LiteLLM failed: ${command} ${args.join(" ")}`)
  }
  run(process.env.PYTHON ?? "python3", ["-m", "venv", folder])
  const pip = ["-m", "pip", "--disable-pip-version-check", "-qq", "install"]
  run(join(folder, "bin", "python"), [...pip, `litellm[proxy]==${VERSION}`])
  writeFileSync(stamp, VERSION)
  return folder
}

/** Serves each alias with the model of `backend` that it stands for. Rejects with the end of the log when it does not come up. */
export async function startLiteLlm(backend: string, aliases: Record<string, string>): Promise<LiteLlm> {
  const folder = setup()
  const scratch = mkdtempSync(join(tmpdir(), "opencode-vllm-litellm-"))
  const model_list = Object.entries(aliases).map(([model_name, model]) => ({
    model_name,
    litellm_params: { model: `hosted_vllm/${model}`, api_base: backend, api_key: "none" },
  }))
  // JSON is YAML too.
  const config = join(scratch, "config.yaml")
  writeFileSync(config, JSON.stringify({ model_list, general_settings: { master_key: KEY } }))
  const port = await freePort()
  const logFile = join(scratch, "log.txt")
  const log = openSync(logFile, "w")
  const child = spawn(join(folder, "bin", "litellm"), ["--config", config, "--host", "127.0.0.1", "--port", String(port)], {
    cwd: scratch,
    detached: true,
    stdio: ["ignore", log, log],
    // Its list of prices would be fetched from the network.
    env: { ...process.env, HOME: scratch, LITELLM_LOCAL_MODEL_COST_MAP: "True" },
  })
  const ended = new Promise<void>((done) => {
    child.once("exit", () => done())
    child.once("error", () => done())
  })
  const kill = () => {
    try {
      if (child.pid) process.kill(-child.pid, "SIGKILL")
    } catch {
      // It is gone already.
    }
  }
  process.once("exit", kill)
  const stop = async () => {
    kill()
    await ended
    process.removeListener("exit", kill)
    rmSync(scratch, { recursive: true, force: true })
  }
  const origin = `http://127.0.0.1:${port}`
  const until = performance.now() + STARTS_WITHIN_MS
  while (!(await isAlive(origin))) {
    if (performance.now() < until && child.exitCode === null) {
      await Bun.sleep(250)
      continue
    }
    const tail = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-15).join("\n")
    await stop()
    throw new Error(`LiteLLM did not come up; the end of its log:\n${tail}`)
  }
  return { url: `${origin}/v1`, origin, stop }
}

async function isAlive(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/health/liveliness`, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once("error", fail)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => done(typeof address === "object" && address ? address.port : 0))
    })
  })
}
