import type { ResponseRule } from "./rule.ts"

/** With these the agent goes on, or another rule speaks. */
const FITTING = new Set(["tool_calls", "length", "function_call", "abort", "error"])

/**
 * Calls arrived, and the server names another reason to end. With `stop` OpenCode runs the calls all the same, so that is only counted (vLLM says
 * `stop` by design when the request names the tool, vllm-project/vllm#25054).
 */
export const wrongFinishReason: ResponseRule = {
  kind: "wrong-finish-reason",
  response({ reading, request }) {
    const { finish } = reading
    if (finish === null || reading.calls.count === 0 || reading.several || FITTING.has(finish)) return undefined
    if (typeof request.body()?.tool_choice === "object") return undefined
    return { kind: "wrong-finish-reason", certainty: "certain", weak: finish === "stop", facts: { finish } }
  },
}
