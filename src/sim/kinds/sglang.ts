/** SGLang (`python/sglang/srt/entrypoints/http_server.py`, `openai/protocol.py`, `utils/auth.py`). */
import { chat } from "../chat.ts"
import { completions } from "../completions.ts"
import type { Refusal } from "../errors.ts"
import { type Exchange, listed, sendJson, sendText, termsOf } from "../exchange.ts"
import type { Scenario } from "../types.ts"
import { seconds, sentence } from "./shared.ts"
import type { Kind } from "./types.ts"
import { ROOT } from "./vllm.ts"

/** SGLang's own name of a parser. */
const PARSERS: Readonly<Record<string, string>> = { nemotron_v3: "nemotron_3" }
const parserName = (name: string | null) => name && (PARSERS[name] ?? name)

export const sglang: Kind = {
  headers: { server: "uvicorn" },
  rules: { limit: "sum", overflow: "refuse", needsParser: false },
  thoughts: "reasoning_content",
  says,
  routes: {
    // It answers like Ollama here and lists its models like it.
    "/": { GET: (exchange) => sendText(exchange, 200, "text/plain; charset=utf-8", "Ollama is running") },
    "/api/tags": { GET: tags },
    "/health": { GET: (exchange) => sendText(exchange, 200, undefined, "") },
    "/health_generate": { GET: (exchange) => sendText(exchange, 200, undefined, "") },
    "/server_info": { GET: serverInfo },
    "/get_server_info": { GET: serverInfo },
    "/model_info": { GET: modelInfo },
    "/get_model_info": { GET: modelInfo },
    "/v1/models": { GET: models },
    "/v1/chat/completions": { POST: chat },
    "/v1/completions": { POST: completions },
  },
  needsKey: (path) => !/^\/(?:health|metrics)/.test(path),
  takesAnyName: () => true,
}

function says(refusal: Refusal): Refusal {
  const { status, about } = refusal
  if (about?.is === "key" || about?.is === "path" || about?.is === "method") return refusal
  const message =
    about?.is === "overflow"
      ? `The input (${about.tokens} tokens) is longer than the model's context length (${about.context} tokens).`
      : sentence(refusal)
  return { status, body: { object: "error", message, type: "BadRequestError", param: null, code: status } }
}

function models(exchange: Exchange, scenario: Scenario) {
  const created = seconds()
  const data = listed(exchange.state, scenario).map(({ id, parent = null, root = id, context }) => ({
    ...{ id, object: "model", created, owned_by: "sglang", root, parent },
    max_model_len: parent === null ? context : null,
  }))
  sendJson(exchange, 200, { object: "list", data })
}

function tags(exchange: Exchange, scenario: Scenario) {
  sendJson(exchange, 200, { models: listed(exchange.state, scenario).map(({ id }) => ({ name: id, model: id })) })
}

/** All arguments of the server; these are the ones that matter to a client. */
function serverInfo(exchange: Exchange, scenario: Scenario) {
  const { parsers, maxModelLen } = termsOf(exchange.state, scenario)
  const [first] = listed(exchange.state, scenario)
  sendJson(exchange, 200, {
    ...{ model_path: first?.root ?? ROOT, served_model_name: first?.id, context_length: maxModelLen },
    tool_call_parser: parserName(parsers.tool),
    reasoning_parser: parserName(parsers.reasoning),
    ...{ max_total_num_tokens: maxModelLen * 4, version: "0.5.9" },
  })
}

function modelInfo(exchange: Exchange, scenario: Scenario) {
  const [first] = listed(exchange.state, scenario)
  const path = first?.root ?? ROOT
  sendJson(exchange, 200, {
    ...{ model_path: path, tokenizer_path: path, is_generation: true },
    ...{ has_image_understanding: false, has_audio_understanding: false },
  })
}
