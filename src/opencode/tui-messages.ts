/**
 * What the two halves of the plugin say to each other. OpenCode lets plugins publish only its own four TUI events, but passes any text
 * in the command of `tui.command.execute`, both ways and in `opencode attach` too; a text that is nobody's command is ignored
 * (measured with 1.18.33). Such an event reaches every terminal and every directory of a server, so each message names its own.
 */
import type { EndpointReport } from "../endpoint/types.ts"
import type { SessionFinding } from "../report/types.ts"
import type { ModelRef, ToastVariant } from "./host.ts"
import { flag, list, number, object, oneOf, optional, orNull, type Shape, text } from "./shapes.ts"

/** From the terminal interface to the server half. */
export type ToServer =
  | { type: "hello" }
  /** Look at this provider, or at all; each report comes as a message of its own. */
  | { type: "look"; provider?: string }
  | { type: "findings"; sessionID: string }
  /** Write what was kept of a finding to disk. */
  | { type: "evidence"; sessionID: string; cause: string; prompts: boolean }
  /** The deep check, which spends tokens. */
  | { type: "prove"; provider: string; model?: string }
  /** Ends a deep check that runs. */
  | { type: "stop"; provider: string }
  /** The terminal interface switched the model itself. */
  | { type: "switched"; sessionID: string; from?: ModelRef; to: ModelRef }
  /** The toast of this number is on the screen. */
  | { type: "shown"; number: number }

/** From the server half to the terminal interface. */
export type ToTui =
  | { type: "welcome"; version: string; providers: string[]; deep: boolean }
  | { type: "report"; report: EndpointReport }
  /** `kept`: causes of which an evidence file can be written. */
  | { type: "findings"; sessionID: string; findings: SessionFinding[]; kept: string[] }
  | { type: "evidence"; sessionID: string; path?: string; problem?: string }
  | { type: "progress"; provider: string; step: string; share: number }
  | { type: "proof"; provider: string; report?: EndpointReport; problem?: string }
  /** The session goes on with this model: a switch was made on the server's side. */
  | { type: "model"; sessionID: string; model: ModelRef }
  /** A toast. The host's own reach the terminals of every directory of a server. */
  | { type: "toast"; number: number; message: string; variant: ToastVariant; duration: number }

const modelRef = object({ providerID: text, modelID: text })

const report = object({
  ...{ url: text, provider: optional(text), foundAt: optional(text), hasKey: optional(flag), at: number },
  server: object({ kind: text, version: orNull(text) }),
  models: list(
    object({
      ...{ id: text, root: optional(text), parent: optional(text), context: optional(number), maxContext: optional(number) },
      ...{ state: optional(text), kindOfModel: optional(text) },
    }),
  ),
  configured: optional(list(object({ key: text, id: text, context: optional(number), output: optional(number) }))),
  checks: list(object({ id: text, status: text, code: text, message: text, fix: text, reference: text })),
  load: optional(
    object({
      ...{ running: optional(number), waiting: optional(number), kvCacheUsage: optional(number), asleep: optional(flag) },
      ...{ prefixCacheHitRate: optional(number), preemptions: optional(number), tokensPerSecond: optional(number) },
    }),
  ),
})

const finding = object({
  finding: object({
    ...{ kind: text, detail: optional(text), certainty: text, tool: optional(text), field: optional(text) },
    ...{ cause: text, fix: text, reference: text, excerpt: optional(text) },
  }),
  ...{ count: number, weak: number, tools: list(text), first: number, last: number },
})

/** Anybody can publish on this channel, and the other half may be of another version. */
const SHAPES: Record<Envelope["to"], Record<string, Shape>> = {
  server: {
    hello: object({}),
    look: object({ provider: optional(text) }),
    findings: object({ sessionID: text }),
    evidence: object({ sessionID: text, cause: text, prompts: flag }),
    prove: object({ provider: text, model: optional(text) }),
    stop: object({ provider: text }),
    switched: object({ sessionID: text, from: optional(modelRef), to: modelRef }),
    shown: object({ number }),
  } satisfies Record<ToServer["type"], Shape>,
  tui: {
    welcome: object({ version: text, providers: list(text), deep: flag }),
    report: object({ report }),
    findings: object({ sessionID: text, findings: list(finding), kept: list(text) }),
    evidence: object({ sessionID: text, path: optional(text), problem: optional(text) }),
    progress: object({ provider: text, step: text, share: number }),
    proof: object({ provider: text, report: optional(report), problem: optional(text) }),
    model: object({ sessionID: text, model: modelRef }),
    toast: object({ number, message: text, variant: oneOf("info", "success", "warning", "error"), duration: number }),
  } satisfies Record<ToTui["type"], Shape>,
}

interface Envelope {
  to: "server" | "tui"
  /** Directory of the instance that is meant. */
  directory: string
}

const HEAD = "opencode-vllm:1 "
/** Longer messages are not sent: 100 KB were seen to pass. */
const MOST = 100_000

/** Why a deep check gave nothing, where a person ended it. */
export const STOPPED = "Stopped."

/** The text to publish; undefined where the message is too long to pass. */
export function encode(envelope: Envelope, message: ToServer | ToTui): string | undefined {
  const text = HEAD + JSON.stringify({ ...envelope, message })
  return text.length > MOST ? undefined : text
}

/** The message in a published command, if it is one of ours for this side and this directory. Never throws. */
export function decode(command: unknown, { to, directory }: { to: "server"; directory: string }): ToServer | undefined
export function decode(command: unknown, { to, directory }: { to: "tui"; directory: string }): ToTui | undefined
export function decode(command: unknown, { to, directory }: Envelope): ToServer | ToTui | undefined {
  if (typeof command !== "string" || !command.startsWith(HEAD) || command.length > MOST) return undefined
  try {
    const value = JSON.parse(command.slice(HEAD.length)) as Partial<Envelope> & { message?: ToServer | ToTui }
    if (value.to !== to || value.directory !== directory) return undefined
    const { type = "" } = value.message ?? {}
    if (typeof type !== "string" || !Object.hasOwn(SHAPES[to], type)) return undefined
    return SHAPES[to][type]?.(value.message) ? value.message : undefined
  } catch {
    return undefined
  }
}
