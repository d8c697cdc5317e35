/**
 * Keeps what the plugin says to the person away from the model. OpenCode sends the text parts of assistant messages back in the
 * next requests, `ignored` or not (measured with 1.18.33), so they are taken out of each request here; what is stored stays.
 */
import { MARK } from "./host.ts"

interface PartLike {
  type: string
  metadata?: Record<string, unknown>
}
interface MessageLike {
  info: { id: string; role: string; parentID?: string }
  parts: PartLike[]
}

const mark = (part: PartLike) => part.metadata?.[MARK] as { note?: boolean; local?: boolean } | undefined

/**
 * Removes, in place: notes of the plugin, and whole exchanges that were answered here (`/vllm-status`). The newest user message
 * stays whatever it is, because a request without it would not be one.
 */
export function keepFromModel(messages: MessageLike[]): void {
  const newestUser = messages.findLast((m) => m.info.role === "user")
  const local = new Set(messages.filter((m) => m !== newestUser && m.parts.some((p) => mark(p)?.local)).map((m) => m.info.id))
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i]
    if (!message) continue
    const { id, parentID } = message.info
    if (local.has(id) || (parentID !== undefined && local.has(parentID))) messages.splice(i, 1)
    else if (message.parts.some((p) => mark(p)?.note)) message.parts = message.parts.filter((p) => !mark(p)?.note)
  }
}
