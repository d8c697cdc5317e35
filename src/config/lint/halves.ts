/** The two halves of this plugin, which OpenCode loads from two files and says nothing of when one is missing (measured with 1.18.33). */
import { dirname, join } from "node:path"
import { clean } from "../../endpoint/text.ts"
import { correctedLine } from "../edit.ts"
import { type ConfigFile, INLINE } from "../files.ts"
import { object } from "../json.ts"
import { placeIn } from "../load.ts"
import { isThisPlugin, PACKAGE, type PluginEntry } from "../plugins.ts"
import type { Problem, Rule } from "./types.ts"

/** An entry that leads nowhere: what `opencode plugin ./folder` writes, which starts from the wrong folder. */
export const pluginNowhere: Rule = ({ loaded }) =>
  [...loaded.plugins, ...loaded.tuiPlugins].flatMap((entry): Problem[] => {
    if (!isThisPlugin(entry) || entry.target?.exists !== false) return []
    const file = [...loaded.files, ...loaded.tuiFiles].find(({ path }) => path === entry.file)
    if (!file) return []
    return [
      {
        ...{ code: "internal", rule: "plugin-nowhere", severity: "fail", ...placeIn(file, entry.path) },
        message: `The plugin entry "${clean(entry.spec, 120)}" leads to ${clean(entry.target.path, 200)}, where nothing is: OpenCode goes on without the plugin and does not say so.`,
        fix: "Write the absolute path of the plugin's folder.",
      },
    ]
  })

/** The server half alone has no sidebar and no dialogs: OpenCode reads the other half from `tui.json`. */
export const tuiPart: Rule = ({ loaded }) => {
  const entry = loaded.plugins.find((one) => isThisPlugin(one) && one.file !== INLINE)
  if (!entry || loaded.tuiPlugins.some(isThisPlugin)) return []
  return missing(entry, loaded.tuiFiles, "tui", {
    rule: "tui-part-missing",
    message: "The plugin's half for the terminal interface is not listed in tui.json: no sidebar, no dialogs.",
  })
}

/** Turned off in `tui.json`, or in the dialog of plugins, which wins; nothing on the screen says so. */
export const tuiPartOff: Rule = ({ loaded: { tuiPlugins, tuiFiles, kept } }) => {
  if (!tuiPlugins.some(isThisPlugin)) return []
  const said = (file: ConfigFile) => object(object(file.value).plugin_enabled)[PACKAGE]
  const file = [...tuiFiles, ...(kept ? [kept] : [])].findLast((one) => typeof said(one) === "boolean")
  if (!file || said(file) === true) return []
  return [
    {
      ...{ code: "internal", rule: "tui-part-off", severity: "warn", ...placeIn(file, ["plugin_enabled", PACKAGE]) },
      message: "The plugin's half for the terminal interface is turned off: no sidebar, no dialogs.",
      fix:
        file === kept
          ? "Turn it on in OpenCode: ctrl+p, Plugins."
          : `Take "${PACKAGE}": false out of "plugin_enabled", where it is not meant so.`,
    },
  ]
}

/** The terminal half alone sees servers, and looks into no answer. */
export const serverPart: Rule = ({ loaded }) => {
  const entry = loaded.tuiPlugins.find(isThisPlugin)
  if (!entry || loaded.pluginByItself || loaded.plugins.some(isThisPlugin)) return []
  return missing(entry, loaded.files, "opencode", {
    rule: "server-part-missing",
    message: "The plugin's server half is not listed in opencode.json: nothing looks into the answers.",
  })
}

/** The entry belongs into the file beside, where a relative path means the same. */
function missing(
  { file: listed, spec }: PluginEntry,
  files: readonly ConfigFile[],
  name: "tui" | "opencode",
  what: Pick<Problem, "rule" | "message">,
): Problem[] {
  if (files.some(({ fault, unreadable }) => fault || unreadable)) return []
  const beside = files.find(({ dir, path }) => dir === dirname(listed) && path !== INLINE)
  const file = beside?.path ?? join(dirname(listed), `${name}.json`)
  const edit = { path: ["plugin"], value: spec, append: true, safe: true }
  const corrected = correctedLine(beside?.text ?? "", edit)
  return [
    {
      ...{ ...what, code: "internal", severity: "warn", file, line: 1, column: 1 },
      fix: `Write "plugin": ["${clean(spec, 120)}"] into it.`,
      ...(corrected !== undefined && { corrected }),
      edit,
    },
  ]
}
