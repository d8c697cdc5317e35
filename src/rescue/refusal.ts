/**
 * Recognises the answer of a server that refuses tools because it was started without a tool parser: the dead end of every agent,
 * and the occasion for rescue.
 */

/**
 * The texts of vLLM: `"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set` (seen on 0.32.0;
 * vllm/renderers/online_renderer.py, older serving_chat.py) and `tool_choice="required" requires --tool-call-parser to be set`.
 */
const VLLM = /requires --(?:enable-auto-tool-choice|tool-call-parser)\b/

/** Whether an HTTP error says that this server takes no tools as it is configured. */
export function isRefusalOfTools(status: number, body: string): boolean {
  return status === 400 && VLLM.test(body)
}
