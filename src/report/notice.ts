import { problems, worthANotice } from "../endpoint/problems.ts"
import type { EndpointReport } from "../endpoint/types.ts"
import { parserCure, type Setup } from "../knowledge/cures.ts"
import type { Finding } from "../stream/types.ts"
import { code, plural, sentence } from "./markdown.ts"
import { RESCUE_ON } from "./rescue.ts"
import { endpointName } from "./server.ts"
import type { ModelRescue, Saying } from "./types.ts"

/** Notices begin with this name; a bracket at the head of a text vanishes in the terminal interface's markdown. */
const NAME = "opencode-vllm"

const cure = (fix: string) => (fix ? `Cure: ${sentence(fix)}` : "")

/** One notice for all problems of a server: what, and the cure, for each. */
export function healthNotice(report: EndpointReport): string {
  const grave = worthANotice(report)
  // Load is worth a word only when nothing else is wrong.
  const told = grave.length > 0 ? grave : problems(report)
  const head = `${NAME}: ${endpointName(report)}:`
  if (told.length === 0) return `${head} all checks pass.`
  if (told.length === 1)
    return told.map((c) => [`${head} ${sentence(c.message)}`, cure(c.fix)].filter(Boolean).join("\n"))[0] ?? head
  const lines = told.map((c) => [`- ${sentence(c.message)}`, c.fix && `  ${cure(c.fix)}`].filter(Boolean).join("\n"))
  return `${head} ${plural(told.length, "problem")}\n\n${lines.join("\n")}`
}

/** Said once when a server that was announced as broken is well again. */
export function recoveredNotice(report: EndpointReport): string {
  return `${NAME}: ${endpointName(report)} works again.`
}

/** A request waits for its server. */
export function waitNotice(provider: string, text: string): string {
  return `${NAME}: ${code(provider, 40)}: ${sentence(text)} The request waits for it.`
}

/** Said in place of the next answer, because the host would go on asking for it. */
export function brokenAnswers(times: number): string {
  return `The last ${times} answers of the server broke off before their end, so no further one was asked for.\nCure: Look whether the server still runs, and let a proxy in front of it wait longer; then send your message again.`
}

/** The host sends a failed request again. */
export function retryNotice(provider: string, message: string): string {
  return `${NAME}: ${code(provider, 40)}: the request failed and OpenCode sends it again, up to five times: ${sentence(message, 200)}\nCure: none is needed if it works then; else \`/vllm-status\` and the server's log say more.`
}

/** The server takes no tools as it is configured, and nobody can make up for it. */
export function refusalNotice(setup: Setup): string {
  return `${NAME}: the server refuses every request with tools, because it was started without a tool parser.\n${cure(parserCure(setup))}`
}

/** The plugin reads the model's own text from now on: why, and what makes that unnecessary. */
export function rescueNotice({ why, ...setup }: Setup & Pick<ModelRescue, "why">): string {
  const what =
    why === "refused"
      ? "the server refuses tools, because it was started without a tool parser"
      : "the server's tool parser does not read what this model writes"
  return `${NAME}: ${what}. The plugin reads the model's own text instead, so the agent works.\n${cure(parserCure(setup))}`
}

export interface FindingNoticeOptions {
  /** With an excerpt of what was seen. */
  evidence?: boolean
  /** The plugin could read the model's calls itself, and waits for the user's word. */
  offer?: boolean
}

/** What is to be said of a finding: what happened and how often, the cure, and where it helps the evidence. */
export function findingNotice(saying: Saying, { evidence = true, offer = false }: FindingNoticeOptions = {}): string {
  const { finding } = saying
  if (offer)
    return [
      `${NAME}: ${what(saying)}`,
      cure(finding.fix),
      `Until then \`/vllm-status ${RESCUE_ON}\` lets the plugin read the model's own text; the option \`rescue: "always"\` does it without asking.`,
    ]
      .filter(Boolean)
      .join("\n")
  const seen = evidence && saying.say === "warning" && finding.excerpt ? `Seen: ${code(finding.excerpt, 80)}` : ""
  return [`${NAME}: ${what(saying)}`, cure(finding.fix), further(saying), seen].filter(Boolean).join("\n")
}

function what(saying: Saying): string {
  const cause = sentence(saying.finding.cause)
  switch (saying.say) {
    case "warning":
      return cause
    case "likely":
      return `Likely, because ${plural(saying.answers, "answer")} of this session show weak signs of it: ${cause}`
    case "setting":
      return `${cause} It is not this one ${saying.tools.length > 0 ? "call" : "answer"}: ${plural(saying.times, "time")} in this session${within(saying.tools)}.`
    case "new-session":
      return `${cause} That was ${plural(saying.times, "time")} within ${plural(saying.answers, "answer")}${within(saying.tools)}: it stands in the history of this session by now, and models imitate what they read there.`
    case "no-usage":
      return `The server sends no token counts${saying.model ? ` for ${code(saying.model)}` : ""}, so OpenCode cannot know when the context is full and the session has to be compacted.`
  }
}

/** What the cure alone does not mend. */
function further({ say, finding }: Saying): string {
  return say === "new-session" && !/new session/.test(finding.fix) ? "Then begin a new session (`/new`)." : ""
}

function within(tools: readonly string[]): string {
  const names = tools.map((tool) => code(tool, 40))
  const last = names.pop()
  if (last === undefined) return ""
  return `, in ${names.length > 0 ? `${names.join(", ")} and ` : ""}${last}`
}

/**
 * The line in front of a tool's output: it goes to the model too, so that it does not take the damage for its own mistake. The cure is
 * for the person, who reads it below the call.
 */
export function toolLine(finding: Finding): string {
  return `${NAME}: ${sentence(finding.cause)}`
}
