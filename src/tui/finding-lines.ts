/** One finding with everything that is known of it. */
import { clean } from "../endpoint/text.ts"
import { plural } from "../report/markdown.ts"
import type { SessionFinding } from "../report/types.ts"
import { type Line, paragraph, referenceLines, span, spread } from "./lines.ts"

/** The cause that a finding is counted under, as the server half names it. */
export const keyOf = ({ finding: { kind, detail } }: SessionFinding): string => (detail ? `${kind}/${detail}` : kind)

export interface DetailOptions {
  width: number
  chosen: boolean
  /** An evidence file can be written. */
  kept: boolean
}

export function detailLines(one: SessionFinding, { width, chosen, kept }: DetailOptions): Line[] {
  const { finding } = one
  const tools = one.tools.length > 0 ? one.tools : finding.tool ? [finding.tool] : []
  const where = [tools.map((tool) => clean(tool, 40)).join(", "), finding.field && `field ${clean(finding.field, 40)}`]
    .filter(Boolean)
    .join(", ")
  const head = `${clean(finding.kind, 40)}${finding.detail ? ` (${clean(finding.detail, 40)})` : ""}`
  const sure = one.weak === one.count && finding.certainty === "likely" ? "weak evidence, " : ""
  const row = (name: string, text: string | undefined) =>
    text ? paragraph(`${name}: ${clean(text, 600)}`, { width, indent: 2 }) : []
  return [
    spread(
      [span(chosen ? "> " : "• ", chosen ? "strong" : "warn"), span(head, "strong")],
      [span(`${sure}${plural(one.count, "time")}`, "muted")],
      width,
    ),
    ...row("Where", where),
    ...row("Seen", finding.excerpt && clean(finding.excerpt, 80)),
    ...row("Cause", finding.cause),
    ...row("Cure", finding.fix),
    ...referenceLines(clean(finding.reference, 200), width, 2),
    ...(kept ? [[span("  Stream and request are kept for a bug report.", "muted")]] : []),
    [],
  ]
}
