/** What `opencode-vllm init` does: finds a server and lets OpenCode use it. Prints nothing; writes only what it has shown. */
import { readFileSync } from "node:fs"
import { stat } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import type { Where } from "../config/files.ts"
import { type LoadedConfig, loadConfig } from "../config/load.ts"
import { PACKAGE } from "../config/plugins.ts"
import { serverName, writers } from "../config/setup/block.ts"
import { freeId, objection, providerOf, servedOf } from "../config/setup/known.ts"
import { planSetup, type Wanted } from "../config/setup/plan.ts"
import { brokenFile, targetsIn } from "../config/setup/target.ts"
import type { ServedModel } from "../endpoint/types.ts"
import { shownDiff } from "./diff.ts"
import { chooseServer } from "./init/choose.ts"
import type { Found } from "./init/find.ts"
import { type Ask, CANCELLED, ENV_NAME, type InitFlags, type InitIo, type InitResult, refuse } from "./init/types.ts"
import { writeChanges } from "./write.ts"

export type { InitFlags, InitIo, InitResult }

/** Never throws for anything that a person or a server did. */
export async function init(where: Where, flags: InitFlags, io: InitIo): Promise<InitResult> {
  if (flags.keyEnv !== undefined && !ENV_NAME.test(flags.keyEnv))
    return refuse(2, "--key-env takes the name of an environment variable, not the key itself.")
  if (!(await isFolder(where.directory))) return refuse(2, `${where.directory} is not a folder.`)
  const [loaded, targets] = await Promise.all([loadConfig(where), targetsIn(where.directory)])
  const broken = brokenFile([...loaded.files, ...loaded.tuiFiles, targets.config.file, targets.tui.file])
  if (broken) return refuse(2, broken)

  const server = await chooseServer(loaded, flags, io)
  if ("exit" in server) return server
  const wanted = await wantedOf(loaded, server.found, { ...flags, keyEnv: server.keyEnv }, io.ask)
  if ("exit" in wanted) return wanted
  const plan = planSetup(loaded, targets, wanted)
  if ("refused" in plan) return refuse(2, plan.refused)

  const { changes } = plan
  const left = wanted.existing || io.ask ? 0 : writers(wanted.report).length - wanted.models.length
  const unwritten = left > 0 ? [`The server has ${left} more models; the plugin adds them to OpenCode's list.`] : []
  const notes = [...plan.notes, ...unwritten, ...server.notes]
  const about = `The provider ${wanted.provider} is ${serverName(wanted.report)}: ${listed(wanted.models)}.`
  if (changes.length === 0) return { exit: 0, lines: [about, "Nothing to do: all of it is configured.", ...notes] }
  io.show(shownDiff(changes, where.directory, loaded))
  const names = changes.map(({ file }) => near(where.directory, file))
  if (flags.dryRun) return { exit: 0, lines: ["Nothing was written: this was a dry run.", ...notes] }
  if (io.ask && !(await io.ask.write(names))) return CANCELLED
  const failed = await writeChanges(changes, [targets.config.file, targets.tui.file])
  if (failed) return refuse(2, failed)
  return { exit: 0, lines: [`Written: ${names.join(", ")}.`, about, ...notes] }
}

/**
 * What names this plugin in a `plugin` list: its package name where it was installed by that name, else the folder that it runs from, which
 * OpenCode can load where no registry has it.
 * @param script address of the command, `import.meta.url`
 */
export function ownSpec(script: string): string {
  const folder = dirname(dirname(fileURLToPath(script)))
  if (folder.split(/[/\\]/).includes("node_modules")) return PACKAGE
  try {
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name?: unknown }
    return name === PACKAGE ? folder : PACKAGE
  } catch {
    return PACKAGE
  }
}

const isFolder = (path: string) =>
  stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )

function near(directory: string, file: string): string {
  const path = relative(directory, file)
  return path.startsWith("..") ? file : path
}

const MOST_NAMES = 4
function listed(models: readonly ServedModel[]): string {
  const names = models.slice(0, MOST_NAMES).map(({ id }) => id)
  return models.length > MOST_NAMES ? `${names.join(", ")} and ${models.length - MOST_NAMES} more` : names.join(", ")
}

/** More models than anybody picks from; the plugin adds the others to the list when OpenCode starts. */
const MOST_MODELS = 20

/** Names and models: asked for where they are a matter of taste and somebody is there, else the usual ones. */
async function wantedOf(
  loaded: LoadedConfig,
  { endpoint, report }: Found,
  flags: InitFlags,
  ask: Ask | undefined,
): Promise<Wanted | InitResult> {
  const { keyEnv, plugin = PACKAGE } = flags
  const common = { report, url: endpoint.url, plugin, ...(keyEnv && { keyEnv }) }
  const served = writers(report)
  const existing = providerOf(loaded, endpoint.url)
  const named = existing ? servedOf(existing, report) : []
  const noModel = typeof loaded.merged.model !== "string"
  if (existing && named[0] !== undefined) {
    const model = named.length > 1 && noModel && ask ? await ask.model(named) : named[0]
    if (model === undefined) return CANCELLED
    return { ...common, existing, provider: existing.provider as string, models: served, model }
  }
  const ids = served.map(({ id }) => id)
  const picked = ask && ids.length > 1 ? await ask.models(ids) : ids.slice(0, MOST_MODELS)
  if (picked === undefined) return CANCELLED
  const model = ask && noModel && picked.length > 1 ? await ask.model(picked) : picked[0]
  if (model === undefined) return CANCELLED
  const provider = existing?.provider ?? (await newId(loaded, report.server.kind, flags.provider, ask))
  if (provider === undefined) return CANCELLED
  if (typeof provider !== "string") return provider
  const models = served.filter(({ id }) => picked.includes(id))
  return { ...common, ...(existing && { existing }), provider, models, model }
}

async function newId(
  loaded: LoadedConfig,
  kind: Found["report"]["server"]["kind"],
  asked: string | undefined,
  ask: Ask | undefined,
): Promise<string | InitResult | undefined> {
  if (asked !== undefined) {
    const why = await objection(loaded, asked)
    return why === undefined ? asked : refuse(2, why)
  }
  const usual = await freeId(loaded, kind)
  return ask ? ask.provider(usual, (id) => objection(loaded, id)) : usual
}
