/**
 * What the two halves of the plugin say to each other. OpenCode lets plugins publish only its own four TUI events, but passes any text
 * in the command of `tui.command.execute`, both ways and in `opencode attach` too; a text that is nobody's command is ignored
 * (measured with 1.18.33). Such an event reaches every terminal and every directory of a server, so each message names its own.
 */
import type { EndpointReport } from "../endpoint/types.ts"
import type { SessionFinding } from "../report/types.ts"
import type { ModelRef } from "./host.ts"

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
  /** The terminal interface switched the model itself. */
  | { type: "switched"; sessionID: string; from?: ModelRef; to: ModelRef }

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

interface Envelope {
  to: "server" | "tui"
  /** Directory of the instance that is meant. */
  directory: string
}

const HEAD = "opencode-vllm:1 "
/** Longer messages are not sent: 100 KB were seen to pass. */
const MOST = 100_000

/** The text to publish; undefined where the message is too long to pass. */
export function encode(envelope: Envelope, message: ToServer | ToTui): string | undefined {
  const text = HEAD + JSON.stringify({ ...envelope, message })
  return text.length > MOST ? undefined : text
}

/** The message in a published command, if it is one of ours for this side and this directory. Never throws. */
export function decode(command: unknown, { to, directory }: { to: "server"; directory: string }): ToServer | undefined
export function decode(command: unknown, { to, directory }: { to: "tui"; directory: string }): ToTui | undefined
export function decode(command: unknown, { to, directory }: Envelope): ToServer | ToTui | undefined {
  if (typeof command !== "string" || !command.startsWith(HEAD)) return undefined
  try {
    const value = JSON.parse(command.slice(HEAD.length)) as Partial<Envelope> & { message?: ToServer | ToTui }
    if (value.to !== to || value.directory !== directory) return undefined
    return typeof value.message?.type === "string" ? value.message : undefined
  } catch {
    return undefined
  }
}
