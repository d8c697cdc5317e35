/**
 * Slash commands that are answered here. OpenCode has no command without a model turn, so the command runs as a turn whose request
 * is answered by the plugin's own fetch: it works with the server down, in every front end (measured with 1.18.33).
 */
import { MARK } from "./host.ts"
import type { HostConfig } from "./providers.ts"

export const STATUS_COMMAND = "vllm-status"

/** What the model is asked where the plugin cannot answer itself: the session's provider is not a watched one. */
const STATUS_TEMPLATE = "Call the tool `vllm_status` and show its result unchanged, without comment. $ARGUMENTS"

/** Registers the commands, unless the user has commands of that name. */
export function registerCommands(config: HostConfig): void {
  config.command = {
    [STATUS_COMMAND]: {
      template: STATUS_TEMPLATE,
      description: "State of your own LLM server: reachable, models, limits, load, findings",
    },
    ...config.command,
  }
}

interface TextPart {
  type: string
  text?: string
  metadata?: Record<string, unknown>
}

export interface Commands {
  /** A command was given in this session; its user message follows. */
  given(sessionID: string, command: string, args: string): void
  /** The user message of the session arrived: if it belongs to a command of ours, it is answered here from now on. */
  message(sessionID: string, messageID: string, parts: TextPart[]): void
  /** Makes the page that answers this user message, if one of ours does. */
  page(messageID: string): (() => Promise<string>) | undefined
}

const KEPT = 50

export function createCommands(makePage: (sessionID: string, args: string) => Promise<string>): Commands {
  const pending = new Map<string, { command: string; args: string }>()
  const answered = new Map<string, { sessionID: string; args: string }>()
  return {
    given(sessionID, command, args) {
      if (command === STATUS_COMMAND) pending.set(sessionID, { command, args: unquote(args) })
    },
    message(sessionID, messageID, parts) {
      const given = pending.get(sessionID)
      if (!given) return
      pending.delete(sessionID)
      answered.set(messageID, { sessionID, args: given.args })
      if (answered.size > KEPT) answered.delete(answered.keys().next().value as string)
      // The person sees what was typed, not the template; the mark keeps the exchange from later requests.
      for (const part of parts) {
        if (part.type !== "text") continue
        part.text = `/${given.command}${given.args ? ` ${given.args}` : ""}`
        part.metadata = { ...part.metadata, [MARK]: { local: true } }
      }
    },
    page(messageID) {
      const known = answered.get(messageID)
      return known && (() => makePage(known.sessionID, known.args))
    },
  }
}

/** `opencode run` puts quotes around what it takes from the command line. */
function unquote(args: string): string {
  return args
    .trim()
    .replace(/^"(.*)"$/s, "$1")
    .trim()
}
