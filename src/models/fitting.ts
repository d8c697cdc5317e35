import type { Choice } from "./catalog.ts"

/** What speaks against switching a session to a model. Each can be overruled. */
export type Objection = "not-served" | "server-down" | "too-small" | "tight" | "no-tools" | "unknown-to-host"

/** Room that an answer and the tools' results of one step need. */
const ROOM = 4_096

/**
 * What speaks against a switch, gravest first.
 *
 * @param used tokens of the session so far, prompt and answers; undefined: not known
 */
export function objections(choice: Choice, used: number | undefined): Objection[] {
  const found: Objection[] = []
  if (choice.trouble !== undefined) found.push("server-down")
  else if (!choice.served) found.push("not-served")
  if (!choice.known) found.push("unknown-to-host")
  const fit = fits(choice, used)
  if (fit === "no") found.push("too-small")
  if (fit === "tight") found.push("tight")
  if (choice.tools === false) found.push("no-tools")
  return found
}

/** Only these stop a switch; the rest is said. */
export const STOPS: ReadonlySet<Objection> = new Set<Objection>([
  "server-down",
  "not-served",
  "too-small",
  "no-tools",
  "unknown-to-host",
])

export type Fit = "yes" | "tight" | "no" | "unknown"

/** Whether the session goes into the model's context: "tight" leaves too little for an answer. */
export function fits({ context }: Pick<Choice, "context">, used: number | undefined): Fit {
  if (context === undefined || used === undefined) return "unknown"
  if (used >= context) return "no"
  return used + ROOM > context ? "tight" : "yes"
}
