import { clean } from "../endpoint/text.ts"
import type { Choice } from "../models/catalog.ts"
import { type Chosen, nameOf } from "../models/choose.ts"
import { fits, type Objection } from "../models/fitting.ts"
import { code, columns, figure, fit, plural, sentence, wrap } from "./markdown.ts"

export interface ModelsInput {
  choices: readonly Choice[]
  /** `provider/key` of the session's model. */
  current?: string
  /** Tokens of the session so far; undefined: not known. */
  used?: number
  /** Servers that did not answer. */
  down?: readonly string[]
}

const MOST = 60
const NAME_COLUMNS = 46

/** What can be used now, numbered as `/switch-model NUMBER` takes it. */
export function modelsPage({ choices, current, used, down = [] }: ModelsInput): string {
  if (choices.length === 0)
    return `# Models\n\n${wrap(down.length > 0 ? `No server answers: ${down.map((one) => code(one, 40)).join(", ")}. \`/vllm-status\` says why.` : "No watched provider has a model.")}`
  const lines = choices.slice(0, MOST).map((choice, i) => line(choice, i + 1, nameOf(choice) === current, used))
  if (choices.length > MOST) lines.push(`and ${figure(choices.length - MOST)} more`)
  const notes = [
    used !== undefined && `This session holds ${plural(used, "token")}.`,
    down.length > 0 && `No answer from ${down.map((one) => code(one, 40)).join(", ")}.`,
    "`/switch-model NAME` takes a name, a part of one, or its number; `-` goes back.",
  ]
  return ["# Models", lines.join("\n"), wrap(notes.filter(Boolean).join(" "))].join("\n\n")
}

function line(choice: Choice, number: number, isCurrent: boolean, used: number | undefined): string {
  const name = fit(clean(nameOf(choice), 120).replaceAll("`", "'"), NAME_COLUMNS)
  const pad = " ".repeat(Math.max(0, 2 - String(number).length))
  return `${number}. ${pad}\`${name}\`${" ".repeat(Math.max(1, NAME_COLUMNS + 1 - columns(name)))}${words(choice, isCurrent, used).join(", ")}`
}

function words(choice: Choice, isCurrent: boolean, used: number | undefined): string[] {
  const fitting = { yes: "", unknown: "", tight: "hardly fits", no: "too small for this session" }[fits(choice, used)]
  return [
    isCurrent ? "**current**" : "",
    choice.context === undefined ? "context not told" : figure(choice.context),
    choice.trouble !== undefined ? "server in trouble" : choice.served ? (choice.state ?? "") : "not served",
    choice.parent ? `adapter of ${code(choice.parent, 30)}` : "",
    choice.tools === false ? "no tools" : "",
    choice.known ? "" : "new, not in OpenCode's list yet",
    fitting,
  ].filter(Boolean)
}

/** Why a name was not taken. */
export function notChosen(wanted: string, chosen: Exclude<Chosen, { is: "one" }>): string {
  const name = code(wanted, 80)
  const list = (choices: readonly Choice[]) =>
    choices
      .slice(0, 8)
      .map((choice) => `- ${code(nameOf(choice), 90)}`)
      .join("\n")
  if (chosen.is === "many") return `${name} may be one of these; give more of its name:\n\n${list(chosen.choices)}`
  if (chosen.near.length === 0) return `No model is called ${name}. \`/switch-model\` lists what there is.`
  return `No model is called ${name}. Near it:\n\n${list(chosen.near)}`
}

/** One sentence for each thing that speaks against a model. */
export function objectionLine(objection: Objection, choice: Choice, used: number | undefined): string {
  const name = code(nameOf(choice), 90)
  switch (objection) {
    case "server-down":
      return `The server of ${name} is in trouble: ${choice.trouble ?? ""}`
    case "not-served":
      return `${name} is configured, but the server does not serve it now.`
    case "unknown-to-host":
      return `${name} is served, but OpenCode learned its models at its start.`
    case "too-small":
      return `This session holds ${plural(used ?? 0, "token")}, ${name} takes ${plural(choice.context ?? 0, "token")}. Shorten the session first (\`/compact\`).`
    case "tight":
      return `This session holds ${plural(used ?? 0, "token")} of the ${plural(choice.context ?? 0, "token")} that ${name} takes: it will be compacted soon.`
    case "no-tools":
      return `The server says that ${name} cannot call tools.`
  }
}

export function notSwitched(reasons: readonly string[]): string {
  return [
    ...reasons.map((reason) => sentence(reason)),
    "Nothing was switched; `--force` at the end of the command does it anyway.",
  ].join("\n")
}

/** The switch was made to a model of a provider that nobody watches. */
export function switchedElsewhere(name: string): string {
  return `Now using ${code(name, 90)}. Its provider is none of your own servers, so nothing was checked.`
}

/** The switch was made. */
export function switched(choice: Choice, warnings: readonly string[]): string {
  const size = choice.context === undefined ? "" : ` (${plural(choice.context, "token")} of context)`
  const tools = choice.tools === undefined ? ["Nobody says whether it can call tools."] : []
  return [`Now using ${code(nameOf(choice), 90)}${size}.`, ...[...warnings, ...tools].map((one) => sentence(one))].join("\n")
}
