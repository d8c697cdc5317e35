/** Reports as a look makes them, for tests of what is shown. */
import { CHECK_IDS, type Check, type EndpointReport } from "../../src/endpoint/types.ts"

export const check = (over: Partial<Check> & Pick<Check, "id">): Check => ({
  status: "pass",
  code: "ok",
  message: "Fine.",
  fix: "",
  reference: "",
  ms: 1,
  ...over,
})

export function report(over: Partial<EndpointReport> = {}, ...wrong: Check[]): EndpointReport {
  return {
    url: "http://127.0.0.1:8000/v1",
    provider: "local",
    server: { kind: "vllm", version: "0.32.0" },
    models: [{ id: "nemotron-3-super", context: 262_144 }],
    configured: [{ key: "nemotron-3-super", id: "nemotron-3-super", context: 262_144, output: 8_192 }],
    hasKey: true,
    checks: CHECK_IDS.map((id) => wrong.find((one) => one.id === id) ?? check({ id })),
    load: { running: 0, waiting: 0, kvCacheUsage: 0 },
    at: 0,
    ...over,
  }
}

export const down = check({
  id: "reach",
  status: "fail",
  code: "refused",
  message: "Nothing listens at 127.0.0.1:8000.",
  fix: "Start the server, or correct provider.local.options.baseURL.",
})
