/**
 * Keeps what the plugin says to the person away from the model. OpenCode sends the text parts of assistant messages back in the
 * next requests, `ignored` or not (measured with 1.18.33), so they are taken out of each request here; what is stored stays.
 */
import { MARK } from "./host.ts"

interface PartLike {
  type: string
  metadata?: Record<string, unknown>
}
export interface MessageLike {
  info: { id: string; role: string; parentID?: string; finish?: string }
  parts: PartLike[]
}

const mark = (part: PartLike) => part.metadata?.[MARK] as { note?: boolean; local?: boolean; aside?: boolean } | undefined

const newestUser = (messages: readonly MessageLike[]) => messages.findLast(({ info }) => info.role === "user")

/** A command that was given while the agent worked, and whose work was not done by then: it goes on behind the command. */
function isInWork(message: MessageLike, messages: readonly MessageLike[]): boolean {
  if (!message.parts.some((part) => mark(part)?.aside)) return false
  const before = messages.slice(0, messages.indexOf(message))
  return before.findLast(({ info }) => info.role === "assistant" && info.finish !== undefined)?.info.finish === "tool-calls"
}

/** The newest user message, if the agent's work goes on behind it. */
export function asideInWork(messages: readonly MessageLike[]): string | undefined {
  const newest = newestUser(messages)
  return newest && isInWork(newest, messages) ? newest.info.id : undefined
}

/**
 * Removes, in place: notes of the plugin, and whole exchanges that were answered here (`/vllm-status`). The newest user message
 * stays whatever it is, because a request without it would not be one. Of a command in the midst of the agent's work only the command goes.
 */
export function keepFromModel(messages: MessageLike[]): void {
  const newest = newestUser(messages)
  const own = messages.filter((message) => message.parts.some((part) => mark(part)?.local))
  const inWork = own.filter((message) => isInWork(message, messages)).map(({ info }) => info.id)
  const local = own.filter((message) => message !== newest && !inWork.includes(message.info.id)).map(({ info }) => info.id)
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i]
    if (!message) continue
    const { id, parentID = "" } = message.info
    if (local.includes(id) || local.includes(parentID) || inWork.includes(id)) messages.splice(i, 1)
    else if (message.parts.some((p) => mark(p)?.note)) message.parts = message.parts.filter((p) => !mark(p)?.note)
  }
}
