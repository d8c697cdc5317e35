import { code, item, wrap } from "./markdown.ts"
import type { ModelRescue, RescueAnswer } from "./types.ts"

/** Command arguments that turn rescue on and off for what was proven. */
export const RESCUE_ON = "--rescue"
export const RESCUE_OFF = "--no-rescue"

const WHY: Readonly<Record<ModelRescue["why"], string>> = {
  refused: "The server refuses tools, because it was started without a tool parser.",
  "wrong-parser": "The server's tool parser does not read what this model writes.",
}

/** What the user's word means where no answer so far showed a missing or wrong tool parser. */
const NOTHING_YET = {
  on: "No answer so far showed a missing or wrong tool parser. Where one does, the plugin reads the model's own text, until OpenCode ends.",
  not: "The plugin does not read the model's own text, whatever the server does, until OpenCode ends.",
  off: "Nothing to change: the plugin's option `rescue` is `off` here.",
} as const

/** The part of the status page about answers that are read here; undefined where there is nothing to say. */
export function rescueSection(rescues: readonly ModelRescue[], answer: RescueAnswer | undefined): string | undefined {
  if (rescues.length === 0 && !answer) return undefined
  const lines = rescues.map((one) => item(`${code(one.provider)} / ${code(one.model)}: ${WHY[one.why]}`, stateOf(one)))
  const none = answer && answer.models.length === 0 ? [wrap(NOTHING_YET[answer.off ? "off" : answer.wanted ? "on" : "not"])] : []
  return ["## Rescue", [...none, ...lines].join("\n")].join("\n\n")
}

function stateOf({ on, form, impossible }: ModelRescue): string {
  if (impossible)
    return "The plugin cannot read the model's own text here: the server keeps the tools from the prompt, or hides the routes that are needed."
  if (!on) return `\`/vllm-status ${RESCUE_ON}\` lets the plugin read the model's own text, until the server has the right flags.`
  const way = form === "B" ? " (as a plain completion)" : ""
  return `The plugin reads the model's own text${way}. \`/vllm-status ${RESCUE_OFF}\` ends that.`
}

/** The same in a line for each model, for the agent's tool. */
export function rescueLines(rescues: readonly ModelRescue[]): string[] {
  return rescues.map(
    ({ provider, model, on, impossible }) =>
      `rescue ${code(provider)}/${code(model)}: ${impossible ? "impossible" : on ? "on, the plugin reads the model's own text" : `offered, the user can turn it on with /vllm-status ${RESCUE_ON}`}`,
  )
}
