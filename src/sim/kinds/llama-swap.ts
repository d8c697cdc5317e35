/** llama-swap (`internal/server`, `internal/process` of mostlygeek/llama-swap) with a vLLM behind each name: what that refuses passes through. */
import { chat } from "../chat.ts"
import { completions } from "../completions.ts"
import type { Refusal } from "../errors.ts"
import { type Exchange, listed, refuse, sendJson, sendText } from "../exchange.ts"
import type { Hosted } from "../fleet.ts"
import { VLLM_RULES } from "../requests.ts"
import type { Scenario } from "../types.ts"
import { seconds } from "./shared.ts"
import type { Handler, Kind } from "./types.ts"
import { health, ROOT } from "./vllm.ts"

export const llamaSwap: Kind = {
  headers: {},
  rules: VLLM_RULES,
  thoughts: "reasoning",
  says,
  onDemand: true,
  alone: true,
  routes: {
    "/": { GET: (exchange) => sendText(exchange, 302, undefined, "", { location: "/ui" }) },
    // Of llama-swap itself: it says nothing of the models.
    "/health": { GET: (exchange) => sendText(exchange, 200, "text/plain; charset=utf-8", "OK") },
    "/running": { GET: running },
    "/unload": { GET: unload },
    "/api/version": {
      GET: (exchange) => sendJson(exchange, 200, { version: "201", commit: "5c8f2aa", build_date: "2026-10-30" }),
    },
    "/v1/models": { GET: models },
    "/v1/chat/completions": { POST: chat },
    "/v1/completions": { POST: completions },
  },
  under: (path) => (path.startsWith("/upstream/") ? { GET: upstream } : undefined),
  needsKey: (path) => path !== "/" && path !== "/health",
}

function says(refusal: Refusal): Refusal {
  switch (refusal.about?.is) {
    case "key":
      return { status: 401, body: "unauthorized: invalid or missing API key" }
    case "path":
    case "method":
      return { status: 404, body: "404 page not found" }
    case "model":
      return { status: 400, body: { error: `could not find suitable inference handler for ${refusal.about.name}` } }
    default:
      return refusal
  }
}

function models(exchange: Exchange, scenario: Scenario) {
  const created = seconds()
  const data = listed(exchange.state, scenario).map(({ id, phase }) => ({
    ...{ id, object: "model", created, owned_by: "llama-swap" },
    status: { value: phase === "loaded" ? "loaded" : "unloaded" },
  }))
  sendJson(exchange, 200, { data, object: "list" })
}

/** With the whole command line of the server behind. */
function running(exchange: Exchange, scenario: Scenario) {
  const all = listed(exchange.state, scenario).filter((m) => m.phase !== "unloaded")
  sendJson(exchange, 200, { running: all.map(entryOf) })
}

const entryOf = ({ id, root = ROOT, context, phase }: Hosted) => ({
  ...{ model: id, state: phase === "loaded" ? "ready" : "starting" },
  cmd: `vllm serve ${root} --port 5801 --served-model-name ${id} --max-model-len ${context}`,
  ...{ proxy: "http://localhost:5801", ttl: 0, name: "", description: "" },
})

function unload(exchange: Exchange) {
  for (const { id } of exchange.state.fleet.models) exchange.state.fleet.unload(id)
  sendText(exchange, 200, "text/plain; charset=utf-8", "OK")
}

/** `/upstream/<model>/<path>` reaches the server behind, which is started first. A model's name may hold slashes. */
const upstream: Handler = async (exchange, scenario) => {
  const rest = decodeURIComponent(exchange.path.slice("/upstream/".length))
  const { fleet } = exchange.state
  const model = listed(exchange.state, scenario).find((m) => rest === m.id || rest.startsWith(`${m.id}/`))
  if (!model) return sendText(exchange, 404, "text/plain; charset=utf-8", "model not found")
  await fleet.load(model.id)
  if (exchange.signal.aborted) return
  if (rest === `${model.id}/health`) return health(exchange, scenario)
  refuse(exchange, { status: 404, body: { detail: "Not Found" } })
}
