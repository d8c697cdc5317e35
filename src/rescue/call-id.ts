/**
 * The id of a call as vLLM gives it (0.32.0, `make_tool_call_id` in `renderers/chat_utils.py`): random, but for Kimi K2, whose chat template
 * shows the ids to the model and expects its own spelling.
 *
 * @param nth number of the call in the whole conversation, from 0
 */
export function callId(format: string | undefined, name: string, nth: number): string {
  if (format === "kimi-k2") return `functions.${name}:${nth}`
  return `chatcmpl-tool-${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`
}
