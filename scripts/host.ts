/**
 * Runs the real OpenCode in a scratch project under a private HOME: for the demo, the tests and the benches.
 * Nothing of the person's own configuration, keys or sessions is read or written.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { opencode } from "./tools.mjs"

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export interface ProjectOptions {
  /** `baseURL` of the provider `local`. */
  url: string
  /** Served model name; the model key in the configuration. */
  model?: string
  /** `provider.local.options.apiKey`. */
  apiKey?: string
  /** Entries of `plugin` in opencode.json; default: this repository's build, without options. */
  plugin?: unknown[]
  /** Options of this repository's plugin. */
  options?: Record<string, unknown>
  /** Merged over the generated opencode.json (top level keys replace). */
  config?: Record<string, unknown>
  /** Merged over `provider.local`. */
  provider?: Record<string, unknown>
  /** Files of the scratch project: path -> text. */
  files?: Record<string, string>
  /** More environment for OpenCode. */
  env?: Record<string, string>
  /** Name of the project's folder within the private HOME, where OpenCode shows it as `~/name`. Default: a folder beside that HOME. */
  atHome?: string
}

export interface Project {
  dir: string
  home: string
  env: Record<string, string>
  dispose(): void
}

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
  ms: number
  timedOut: boolean
}

/** What OpenCode installs into each configuration folder at start; with this stub it sees it as done (and needs no network). */
export function stubInstall(folder: string) {
  const { version } = JSON.parse(readFileSync(join(root, "node_modules/@opencode-ai/plugin/package.json"), "utf8"))
  mkdirSync(join(folder, "node_modules"), { recursive: true })
  const lock = { packages: { "": { dependencies: { "@opencode-ai/plugin": version } } } }
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock))
}

/** The environment of a private HOME: nothing of the caller's OpenCode, XDG or key variables gets through. */
export function privateEnv(home: string, more: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(OPENCODE|XDG_|OPENAI|ANTHROPIC|VLLM|NO_COLOR|FORCE_COLOR)/.test(name),
  )
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    HOME: home,
    USERPROFILE: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local/share"),
    XDG_STATE_HOME: join(home, ".local/state"),
    XDG_CACHE_HOME: join(home, ".cache"),
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    npm_config_fetch_retries: "0",
    NO_COLOR: "1",
    ...more,
  }
}

export function makeProject(o: ProjectOptions): Project {
  const base = mkdtempSync(join(tmpdir(), "opencode-vllm-"))
  const home = join(base, "home")
  const dir = o.atHome ? join(home, o.atHome) : join(base, "project")
  for (const folder of [join(home, ".config/opencode"), dir]) mkdirSync(folder, { recursive: true })
  stubInstall(join(home, ".config/opencode"))
  const model = o.model ?? "nemotron-3-super"
  const { options: providerOptions, ...provider } = (o.provider ?? {}) as { options?: object } & Record<string, unknown>
  const config = {
    $schema: "https://opencode.ai/config.json",
    autoupdate: false,
    share: "disabled",
    model: `local/${model}`,
    plugin: o.plugin ?? [o.options ? [root, o.options] : root],
    provider: {
      local: {
        npm: "@ai-sdk/openai-compatible",
        name: "Local vLLM",
        options: { baseURL: o.url, apiKey: o.apiKey ?? "none", ...providerOptions },
        models: { [model]: { name: model, limit: { context: 131072, output: 8192 }, tool_call: true, reasoning: true } },
        ...provider,
      },
    },
    ...o.config,
  }
  writeFileSync(join(dir, "opencode.json"), JSON.stringify(config, null, 2))
  for (const [name, text] of Object.entries(
    o.files ?? { "README.md": "# scratch\n", "src/price.ts": "export const price = 1\n" },
  )) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
  return { dir, home, env: privateEnv(home, o.env), dispose: () => rmSync(base, { recursive: true, force: true }) }
}

/** Starts OpenCode in the project; the caller ends it. */
export function start(project: Project, args: string[]): ChildProcess {
  // `opencode run` takes PWD for its directory, whatever the working directory is.
  return spawn(opencode(), args, {
    cwd: project.dir,
    env: { ...project.env, PWD: project.dir },
    stdio: ["ignore", "pipe", "pipe"],
  })
}

/** Runs `opencode <args>` to its end, or kills it after `timeoutMs`. */
export function run(project: Project, args: string[], timeoutMs = 180_000): Promise<Ran> {
  const began = performance.now()
  const child = start(project, args)
  let stdout = ""
  let stderr = ""
  let timedOut = false
  child.stdout?.setEncoding("utf8").on("data", (s: string) => {
    stdout += s
  })
  child.stderr?.setEncoding("utf8").on("data", (s: string) => {
    stderr += s
  })
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      timedOut = true
      child.kill("SIGKILL")
    }, timeoutMs)
    child.on("close", (code) => {
      clearTimeout(timer)
      resolve({ code, stdout, stderr, ms: performance.now() - began, timedOut })
    })
  })
}

/** Starts `opencode serve` and waits until it listens; the caller ends it. */
export async function serveOpenCode(project: Project): Promise<{ url: string; child: ChildProcess }> {
  const child = start(project, ["serve", "--port", "0", "--print-logs"])
  const url = await new Promise<string>((resolve, reject) => {
    let text = ""
    const read = (data: Buffer) => {
      text += data
      const found = /listening on (http:\/\/\S+)/.exec(text)?.[1]
      if (found) resolve(found)
    }
    child.stdout?.on("data", read)
    child.stderr?.on("data", read)
    child.on("exit", () => reject(new Error(`opencode serve ended: ${text.slice(-500)}`)))
  })
  return { url, child }
}
