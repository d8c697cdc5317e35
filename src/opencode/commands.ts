/**
 * Slash commands that are answered here. OpenCode has no command without a model turn, so the command runs as a turn whose request
 * is answered by the plugin's own fetch: it works with the server down, in every front end (measured with 1.18.33).
 */
import { MARK } from "./host.ts"
import type { Answer } from "./local-answer.ts"
import type { HostConfig } from "./providers.ts"

export const STATUS_COMMAND = "vllm-status"
export const SWITCH_COMMAND = "switch-model"

/** What the model is asked where the plugin cannot answer itself: the session's provider is not a watched one. */
const COMMANDS = {
  [STATUS_COMMAND]: {
    template: "Call the tool `vllm_status` and show its result unchanged, without comment. $ARGUMENTS",
    description: "State of your own LLM server: reachable, models, limits, load, findings",
  },
  [SWITCH_COMMAND]: {
    template:
      "Call the tool `switch_model` once, with what stands between the brackets as `model` (an empty text lists the models), and show its result unchanged, without comment. [$ARGUMENTS]",
    description:
      "Models that your own servers serve now, or a switch to one of them: NAME, part of a name, number, or - for the one before",
  },
}

/** Registers the commands, unless the user has commands of that name. */
export function registerCommands(config: HostConfig): void {
  config.command = { ...COMMANDS, ...config.command }
}

interface TextPart {
  type: string
  text?: string
  metadata?: Record<string, unknown>
}

/** A command as it was given. */
export interface Given {
  command: string
  args: string
}

export interface Taken {
  make(): Promise<Answer>
  /** It was given while the agent works. */
  aside: boolean
}

export interface Commands {
  /** A command was given in this session; its user message follows. */
  given(sessionID: string, command: string, args: string): void
  /** The command whose user message is awaited in this session, if it is one of ours. */
  pending(sessionID: string): Given | undefined
  /** The user message arrived, and is answered here from now on. */
  take(sessionID: string, messageID: string, parts: TextPart[], given: Taken): void
  /** The work of the agent goes on behind this user message: the model answers it, and what comes back is to be said beside that. */
  release(messageID: string): (() => Promise<Answer>) | undefined
  /** The user message arrived, and goes to the model. */
  leave(sessionID: string): void
  /** What answers this user message, if it is answered here. */
  answerTo(messageID: string): (() => Promise<Answer>) | undefined
}

const KEPT = 50

export function createCommands(): Commands {
  const pending = new Map<string, Given>()
  const answers = new Map<string, () => Promise<Answer>>()
  return {
    given(sessionID, command, args) {
      if (Object.hasOwn(COMMANDS, command)) pending.set(sessionID, { command, args: unquote(args) })
    },
    pending: (sessionID) => pending.get(sessionID),
    take(sessionID, messageID, parts, { make, aside }) {
      const given = pending.get(sessionID)
      pending.delete(sessionID)
      answers.set(messageID, make)
      if (answers.size > KEPT) answers.delete(answers.keys().next().value as string)
      // The person sees what was typed, not the template; the mark keeps the exchange from later requests.
      for (const part of parts) {
        if (part.type !== "text" || !given) continue
        part.text = `/${given.command}${given.args ? ` ${given.args}` : ""}`
        part.metadata = { ...part.metadata, [MARK]: { local: true, ...(aside && { aside }) } }
      }
    },
    release(messageID) {
      const make = answers.get(messageID)
      answers.delete(messageID)
      return make
    },
    leave: (sessionID) => void pending.delete(sessionID),
    answerTo: (messageID) => answers.get(messageID),
  }
}

/** `opencode run` puts quotes around what it takes from the command line. */
function unquote(args: string): string {
  return args
    .trim()
    .replace(/^"(.*)"$/s, "$1")
    .trim()
}
