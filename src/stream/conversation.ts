/** One message of the conversation, in the form of Chat Completions. Nothing of it is trusted. */
export interface Message {
  role?: unknown
  content?: unknown
  tool_calls?: unknown
  tool_call_id?: unknown
}

/** One entry of `messages` or `input`, in any of the three shapes. */
interface Entry extends Message {
  type?: unknown
  call_id?: unknown
  name?: unknown
  arguments?: unknown
  output?: unknown
  summary?: unknown
}

/** One content block of a Messages request. */
interface Block {
  type?: unknown
  id?: unknown
  name?: unknown
  input?: unknown
  tool_use_id?: unknown
  content?: unknown
}

/**
 * The conversation of a request body: `messages` of Chat Completions, `system` and `messages` of the Messages API, `instructions` and `input` of
 * the Responses API.
 */
export function readConversation(body: Readonly<Record<string, unknown>> | undefined): Message[] {
  if (!body) return []
  const prompts = [body.system, body.instructions].filter(isSomething).map((content): Message => ({ role: "system", content }))
  const input = typeof body.input === "string" ? [{ role: "user", content: body.input }] : body.input
  const entries = Array.isArray(body.messages) ? body.messages : Array.isArray(input) ? input : []
  return [...prompts, ...entries.filter(isObject).flatMap(messagesOf)]
}

function messagesOf(entry: Entry): Message[] {
  switch (entry.type) {
    case "function_call":
      return [{ role: "assistant", tool_calls: [callOf(entry.call_id, entry.name, entry.arguments)] }]
    case "function_call_output":
      return [{ role: "tool", tool_call_id: entry.call_id, content: entry.output }]
    case "reasoning":
      return [{ role: "assistant", content: [entry.content, entry.summary] }]
    default:
      return Array.isArray(entry.content) && entry.content.some(isToolBlock) ? ofBlocks(entry, entry.content) : [entry]
  }
}

/** The Messages API keeps calls and their results among the blocks of a message. */
function ofBlocks(entry: Entry, content: readonly unknown[]): Message[] {
  const blocks = content.filter(isObject) as Block[]
  const calls = blocks
    .filter(({ type }) => type === "tool_use")
    .map(({ id, name, input }) => callOf(id, name, JSON.stringify(input)))
  const results = blocks
    .filter(({ type }) => type === "tool_result")
    .map((block): Message => ({ role: "tool", tool_call_id: block.tool_use_id, content: block.content }))
  const rest = { role: entry.role, content: blocks.filter((block) => !isToolBlock(block)) }
  return [...results, calls.length > 0 ? { ...rest, tool_calls: calls } : rest]
}

function callOf(id: unknown, name: unknown, args: unknown): object {
  return { id, function: { name, arguments: args } }
}

function isToolBlock(block: unknown): boolean {
  const type = isObject(block) ? (block as Block).type : undefined
  return type === "tool_use" || type === "tool_result"
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null
}

function isSomething(value: unknown): boolean {
  return typeof value === "string" || Array.isArray(value)
}
