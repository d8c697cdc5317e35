import type { Check } from "../types.ts"
import { DOCS, fail, pass, type Seen, skip, warn } from "./seen.ts"

/** From here on people notice: some requests always wait for a moment. */
const MANY_WAITING = 4
const CACHE_FULL = 0.95

/** Whether the server keeps up. */
export function checkMetrics({ load, metrics, kind }: Seen): Check {
  if (!load && metrics && !metrics.ok) return skip("metrics", "Not checked: the load figures did not come in time.")
  if (!load) return skip("metrics", "Not checked: the server shows no load figures that are known here.")
  const ms = metrics?.ms ?? 0
  const reference = DOCS.vllmMetrics
  if (load.asleep)
    return fail("metrics", {
      code: "sleeping",
      message: "The engine sleeps: requests fail until it is woken up.",
      fix: "Wake it with POST /wake_up (needs VLLM_SERVER_DEV_MODE=1), or restart the server.",
      reference: DOCS.vllmSleep,
      ms,
    })
  const waiting = load.waiting ?? 0
  if (waiting >= MANY_WAITING)
    return warn("metrics", {
      code: "queueing",
      message: `${waiting} requests wait for a place while ${load.running ?? 0} run.`,
      fix:
        kind === "vllm"
          ? "Run fewer sessions at once, or raise --max-num-seqs if memory allows."
          : "Run fewer sessions at once, or allow the server more requests in parallel.",
      reference: kind === "vllm" ? DOCS.vllmTuning : reference,
      ms,
    })
  if ((load.kvCacheUsage ?? 0) >= CACHE_FULL)
    return warn("metrics", {
      code: "cache-full",
      message: `The KV cache is ${Math.round((load.kvCacheUsage ?? 0) * 100)}% full: requests are interrupted and computed again.`,
      fix:
        kind === "vllm"
          ? "Run fewer sessions at once, lower --max-model-len, or raise --gpu-memory-utilization."
          : "Run fewer sessions at once, or give the cache more memory.",
      reference: kind === "vllm" ? DOCS.vllmTuning : reference,
      ms,
    })
  return pass("metrics", "The server keeps up.", ms)
}
