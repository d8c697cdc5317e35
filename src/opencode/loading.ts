/** Waits until a server has loaded a model, and says in words what became of it. */
import type { Endpoint } from "../endpoint/types.ts"
import { type WakeCode, waitUntilLoaded } from "../endpoint/wake.ts"
import type { Loaded } from "./switcher.ts"

/** A server that loads a model from a slow disk takes minutes; longer than this nobody waits in one answer. */
const LOADING_MS = 240_000

export async function loadModel(
  to: Endpoint,
  model: string,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<Loaded> {
  const result = await waitUntilLoaded(to, model, { timeoutMs: LOADING_MS, onProgress, signal })
  if (result.is === "loaded") return result
  if (result.is === "timeout") return { is: "late", why: `It is still loading after ${Math.round(result.ms / 1_000)} s.` }
  return { is: "failed", why: notLoaded(result.code) }
}

function notLoaded(code: WakeCode): string {
  switch (code) {
    case "no-wake-route":
      return "The server sleeps, and only whoever runs it can wake it: its wake-up route is off (vLLM has it with VLLM_SERVER_DEV_MODE=1)."
    case "cancelled":
      return "Nobody waits for the loading any more."
    case "load-failed":
      return "The server did not load it; its log says why (often too little memory)."
    default:
      return `The server did not load it (${code}).`
  }
}
