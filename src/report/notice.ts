import { problems, worthANotice } from "../endpoint/problems.ts"
import type { EndpointReport } from "../endpoint/types.ts"
import type { Finding } from "../stream/types.ts"
import { code, plural, sentence } from "./markdown.ts"
import { endpointName } from "./server.ts"

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

/** What happened, the cure, and where it helps the evidence. */
export function findingNotice(
  finding: Finding,
  { count = 1, evidence = true }: { count?: number; evidence?: boolean } = {},
): string {
  const times = count > 1 ? ` (${plural(count, "time")} in this session)` : ""
  const lines = [
    `${NAME}: ${sentence(finding.cause)}${times}`,
    cure(finding.fix),
    evidence && finding.excerpt ? `Seen: ${code(finding.excerpt, 80)}` : "",
  ]
  return lines.filter(Boolean).join("\n")
}

/**
 * The line in front of a tool's output: it goes to the model too, so that it does not take the damage for its own mistake. The cure is
 * for the person, who reads it below the call.
 */
export function toolLine(finding: Finding): string {
  return `${NAME}: ${sentence(finding.cause)}`
}
