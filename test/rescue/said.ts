/** What a client puts together from a chat completion stream. */
export interface Said {
  reasoning: string
  content: string
  calls: { name: string; arguments: unknown }[]
  finish: string | null
  completionTokens: number
  /** How often the role was said. */
  roles: number
  body: string
}

export function chatOf(body: string): Said {
  const said: Said = { reasoning: "", content: "", calls: [], finish: null, completionTokens: 0, roles: 0, body }
  const calls: { name: string; arguments: string }[] = []
  for (const line of body.split("\n")) {
    if (!line.startsWith("data: {")) continue
    const chunk = JSON.parse(line.slice("data: ".length))
    said.completionTokens = chunk.usage?.completion_tokens ?? said.completionTokens
    const choice = chunk.choices?.[0]
    if (choice?.delta?.role) said.roles++
    said.reasoning += choice?.delta?.reasoning ?? choice?.delta?.reasoning_content ?? ""
    said.content += choice?.delta?.content ?? ""
    said.finish = choice?.finish_reason ?? said.finish
    for (const { index, function: f } of choice?.delta?.tool_calls ?? []) {
      calls[index] ??= { name: "", arguments: "" }
      calls[index].name += f?.name ?? ""
      calls[index].arguments += f?.arguments ?? ""
    }
  }
  said.calls = calls.map((call) => ({ name: call.name, arguments: parsed(call.arguments) }))
  return said
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
