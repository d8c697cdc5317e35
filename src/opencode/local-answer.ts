/**
 * Answers made here instead of by the server: a chat completion stream that OpenCode shows as an ordinary answer. This is how a
 * command can answer without a model turn, in every front end and with the server down (measured with OpenCode 1.18.33).
 */

/** A Response with the server-sent events of a chat completion that says `text`. */
export function localAnswer(text: string, model = "opencode-vllm"): Response {
  const chunk = (choices: object[], more: object = {}) =>
    `data: ${JSON.stringify({ id: "chatcmpl-opencode-vllm", object: "chat.completion.chunk", created: Math.floor(Date.now() / 1000), model, choices, ...more })}\n\n`
  const body = [
    chunk([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]),
    chunk([{ index: 0, delta: { content: text }, finish_reason: null }]),
    chunk([{ index: 0, delta: {}, finish_reason: "stop" }]),
    // Without counts OpenCode would think the context empty; zero tokens were spent.
    chunk([], { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }),
    "data: [DONE]\n\n",
  ].join("")
  return new Response(body, { status: 200, headers: { "content-type": "text/event-stream; charset=utf-8" } })
}
