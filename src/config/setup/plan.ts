/** The changes that let OpenCode use a server: the provider, the default model, both halves of the plugin. Pure. */
import { isDeepStrictEqual } from "node:util"
import type { Endpoint, EndpointReport, ServedModel } from "../../endpoint/types.ts"
import { parseBaseUrl } from "../../endpoint/url.ts"
import { applyAll, type Edit } from "../edit.ts"
import type { FileChange } from "../fix.ts"
import { type JSONPath, object, parseJsonc, text } from "../json.ts"
import type { LoadedConfig } from "../load.ts"
import { isThisPlugin, type PluginEntry } from "../plugins.ts"
import { providerBlock, writtenEntry } from "./block.ts"
import { idsIn, servedOf } from "./known.ts"
import { misfit, type Target, type Targets } from "./target.ts"

export interface Wanted {
  report: EndpointReport
  /** Without user, password or secret. */
  url: string
  keyEnv?: string
  /** The provider that is this server already. */
  existing?: Endpoint
  /** Id of the provider, the existing or the new one. */
  provider: string
  models: readonly ServedModel[]
  /** Key of the model to start with, where the configuration names none. */
  model: string
  /** What is written into the `plugin` lists. */
  plugin: string
}

export type Plan = { changes: FileChange[]; notes: string[] } | { refused: string }

/** What would change. Nothing that stands in any file is replaced; a file that has everything is left out. */
export function planSetup(loaded: LoadedConfig, { config, tui }: Targets, wanted: Wanted): Plan {
  const wrong =
    misfit(config, [
      { at: ["provider"], type: "object" },
      { at: ["provider", wanted.provider], type: "object" },
      { at: ["provider", wanted.provider, "models"], type: "object" },
      { at: ["provider", wanted.provider, "options"], type: "object" },
      { at: ["plugin"], type: "array" },
    ]) ?? misfit(tui, [{ at: ["plugin"], type: "array" }])
  if (wrong) return { refused: wrong }

  const enabled = enabling(loaded, config, wanted.provider)
  const lacks = (entries: readonly PluginEntry[]) => !entries.some((entry) => isThisPlugin(entry) || entry.spec === wanted.plugin)
  const plugin: Edit = { path: ["plugin"], value: wanted.plugin, append: true }
  const edits: [Target, string, Edit[]][] = [
    [
      ...([config, "https://opencode.ai/config.json" as string] as const),
      [
        ...(text(loaded.merged.model) ? [] : [{ path: ["model"], value: `${wanted.provider}/${wanted.model}` }]),
        ...providerEdits(loaded, wanted),
        ...enabled.edits,
        ...(lacks(loaded.plugins) ? [plugin] : []),
      ],
    ],
    [tui, "https://opencode.ai/tui.json", lacks(loaded.tuiPlugins) ? [plugin] : []],
  ]
  const changes: FileChange[] = []
  for (const [target, schema, wantedEdits] of edits) {
    const change = changeOf(target, schema, wantedEdits)
    if (change === "impossible")
      return { refused: `${target.path} cannot be added to: a name stands in it twice. Correct it first; nothing was changed.` }
    if (change) changes.push(change)
  }
  return { changes, notes: [...enabled.notes, ...keyNote(loaded, wanted), ...notesOn(wanted)] }
}

/** A block that names a served model is somebody's choice of models; one that names none of them cannot work without. */
function providerEdits(loaded: LoadedConfig, wanted: Wanted): Edit[] {
  const { existing, provider, report, models, keyEnv } = wanted
  const path: JSONPath = ["provider", provider]
  if (!existing) return [{ path, value: providerBlock(wanted) }]
  const key =
    keyEnv && keyIn(loaded, wanted) === undefined ? [{ path: [...path, "options", "apiKey"], value: `{env:${keyEnv}}` }] : []
  if (servedOf(existing, report).length > 0) return key
  return [...key, ...models.map((model) => ({ path: [...path, "models", model.id], value: writtenEntry(model, report) }))]
}

/** The key of a provider as it is written, or the one that is stored for it. */
function keyIn({ raw }: LoadedConfig, { existing, provider }: Wanted): string | undefined {
  return text(object(object(object(raw.provider)[provider]).options).apiKey) ?? existing?.key
}

/** With `enabled_providers` OpenCode uses no others. The list is replaced, not added to, by the file that comes last. */
function enabling(loaded: LoadedConfig, config: Target, id: string): { edits: Edit[]; notes: string[] } {
  const path: JSONPath = ["enabled_providers"]
  if (idsIn(loaded, "enabled_providers")?.includes(id) ?? true) return { edits: [], notes: [] }
  const file = loaded.fileOf(path)?.path
  if (file === config.path) return { edits: [{ path, value: id, append: true }], notes: [] }
  return { edits: [], notes: [`Add "${id}" to enabled_providers in ${file}: OpenCode uses no others.`] }
}

function keyNote(loaded: LoadedConfig, wanted: Wanted): string[] {
  const { existing, keyEnv, provider } = wanted
  if (!existing || !keyEnv || [undefined, `{env:${keyEnv}}`].includes(keyIn(loaded, wanted))) return []
  return [`The provider ${provider} has a key of its own, which was left as it is.`]
}

function notesOn({ existing, models, url }: Wanted): string[] {
  if (existing && pathOf(existing.url) !== pathOf(url))
    return [`The provider ${existing.provider} has another form of this address. \`opencode-vllm check --fix\` corrects it.`]
  const endless = models.filter((model) => !existing && model.context === undefined && model.maxContext === undefined)
  if (endless.length === 0) return []
  const names = endless.length > 3 ? `${endless.length} models` : endless.map(({ id }) => id).join(", ")
  return [`The server does not say how long the context of ${names} is: add "limit" by hand.`]
}

function pathOf(url: string): string | undefined {
  const base = parseBaseUrl(url)
  return "fault" in base ? undefined : new URL(base.base).pathname
}

/** Undefined where nothing changes. */
function changeOf({ path, file }: Target, schema: string, edits: readonly Edit[]): FileChange | "impossible" | undefined {
  if (edits.length === 0) return undefined
  const before = file?.text
  const isNew = Object.keys(file?.value ?? {}).length === 0
  const all: Edit[] = isNew ? [{ path: ["$schema"], value: schema }, ...edits] : [...edits]
  try {
    const after = applyAll(before ?? "", all)
    const { value, fault } = parseJsonc(after)
    if (fault || !all.every((edit) => isThere(value, edit))) return "impossible"
    return { file: path, ...(before !== undefined && { before }), after }
  } catch {
    return "impossible"
  }
}

function isThere(value: unknown, { path, value: wanted, append }: Edit): boolean {
  let there = value
  for (const step of path) there = (there as Record<string, unknown> | undefined)?.[step as string]
  if (append) return Array.isArray(there) && there.includes(wanted)
  return isDeepStrictEqual(there, JSON.parse(JSON.stringify(wanted)))
}
