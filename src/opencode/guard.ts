/** Refuses, when the user's options say so, to run a tool call whose arguments the server or model has corrupted. */
import type { Finding } from "../stream/types.ts"

/** Thrown on purpose: OpenCode stops the tool and gives the text to the model as the tool's error. */
export class Refused extends Error {
  override name = "opencode-vllm"
}

/** The finding for which a call is refused under `leakedArguments: "block"`: proven reasoning inside an argument. */
export function reasonToRefuse(findings: Finding[]): Finding | undefined {
  return findings.find((f) => f.kind === "reasoning-in-arguments" && f.certainty === "certain")
}

/** What the model is told instead of the tool's output. */
export function refusal(finding: Finding): Refused {
  const where = finding.field ? `argument \`${finding.field}\`` : "arguments"
  return new Refused(
    `opencode-vllm: this call was not run, because its ${where} contained reasoning text instead of the value alone. Repeat the call with the value only.`,
  )
}
