/** The model is asked: what it writes against what arrives. */
import { startSim } from "../../../src/sim/server.ts"
import { card } from "../servers.ts"
import type { Cause } from "./cause.ts"
import { type Answer, type Refused, type Speech, serveSpeech } from "./speaking.ts"

const THOUGHTS = "The files of src are wanted, so I will list them with the tool."
const QWEN = "<tool_call>\n<function=list_files>\n<parameter=path>\nsrc\n</parameter>\n</function>\n</tool_call>"
const HERMES = '<tool_call>\n{"name": "list_files", "arguments": {"path": "src"}}\n</tool_call>'
const thinking = (rest: string) => `${THOUGHTS}\n</think>\n\n${rest}`

const CALL: Answer = {
  deltas: [
    { reasoning: THOUGHTS },
    { tool_calls: [{ index: 0, id: "c1", type: "function", function: { name: "list_files", arguments: "" } }] },
    { tool_calls: [{ index: 0, function: { arguments: '{"path": "src"}' } }] },
  ],
  finish: "tool_calls",
  thought: 14,
}
const TALK: Answer = { deltas: [{ reasoning: "One word." }, { content: "ready" }], finish: "stop", thought: 3 }
const WELL: Speech = { raw: { call: thinking(QWEN), talk: "One word.\n</think>\n\nready" }, call: CALL, talk: TALK }

const speech = (more: Partial<Speech>) => () => serveSpeech({ ...WELL, ...more })
const refusing = (refused: Refused) => speech({ call: refused, talk: refused })
const error = (status: number, message: string): Refused => ({
  status,
  body: JSON.stringify({ error: { message, code: status } }),
})
async function sim(scenario: string) {
  const running = await startSim({ scenario, chunkMs: 1, firstTokenMs: 5 })
  return { port: running.port, origin: running.url, url: running.url, seen: [], close: running.close }
}
const SWALLOWED: Answer = { deltas: [{ reasoning: THOUGHTS }, { content: "\n\n" }], finish: "stop", tokens: 70, thought: 14 }
const TOOLS_OFF = error(400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set')
const FLAGS = "--tool-call-parser qwen3_coder --reasoning-parser nemotron_v3"
/** SGLang tells who it is, and leaves a call that nothing reads in the text. */
const SGLANG = {
  "/v1/models": { data: [card("local", { owned_by: "sglang" })] },
  "/server_info": { version: "0.6.1" },
  "/metrics": "",
}

export const SPEECH: Cause[] = [
  { does: "reads calls and thoughts well", expect: [], start: speech({}) },
  { does: "reads calls well, behind a gateway that hides the raw text", expect: [], start: speech({ hidden: true }) },
  {
    does: "serves a model that does not think, with a tool parser alone",
    expect: [],
    start: speech({
      raw: { call: HERMES, talk: "ready" },
      ...{
        call: { ...CALL, deltas: CALL.deltas.slice(1), thought: undefined },
        talk: { deltas: [{ content: "ready" }], finish: "stop" },
        opens: false,
      },
    }),
  },
  { does: "refuses every request with tools", expect: ["tools-off"], start: speech({ call: TOOLS_OFF }), cure: FLAGS },
  {
    does: "has a chat template without tools",
    expect: ["tools-off"],
    start: speech({ toolless: true, call: { ...TALK }, raw: { call: WELL.raw.talk, talk: WELL.raw.talk } }),
    cure: "--chat-template",
  },
  {
    does: "has the wrong tool parser: the call vanishes",
    expect: ["parser-mismatch"],
    start: speech({ call: SWALLOWED }),
    cure: FLAGS,
  },
  {
    does: "has the wrong tool parser: the call vanishes, behind a gateway that hides the raw text",
    expect: ["parser-mismatch"],
    start: speech({ call: SWALLOWED, hidden: true }),
  },
  {
    does: "has the wrong tool parser: the call stands in the answer",
    expect: ["parser-mismatch"],
    start: speech({ call: { deltas: [{ reasoning: THOUGHTS }, { content: QWEN }], finish: "stop", thought: 14 } }),
    cure: FLAGS,
  },
  {
    does: "has no tool parser and takes tools all the same (SGLang)",
    expect: ["parser-missing"],
    start: speech({ call: { deltas: [{ reasoning: THOUGHTS }, { content: QWEN }], finish: "stop" }, more: SGLANG }),
    cure: "--tool-call-parser qwen3_coder",
  },
  {
    does: "has the wrong tool parser: the call stands in the reasoning",
    expect: ["parser-mismatch"],
    start: speech({ call: { deltas: [{ reasoning: `${THOUGHTS}\n${QWEN}` }], finish: "stop", thought: 30 } }),
  },
  {
    does: "has a tool parser that breaks the arguments",
    expect: ["parser-mismatch"],
    start: speech({
      call: {
        deltas: [
          { reasoning: THOUGHTS },
          { tool_calls: [{ index: 0, id: "c1", function: { name: "list_files", arguments: '{"path": "sr' } }] },
        ],
        ...{ finish: "tool_calls", thought: 14 },
      },
    }),
  },
  {
    does: "has no reasoning parser: the thoughts stand in the answer",
    expect: ["reasoning-parser-missing"],
    start: speech({
      call: { ...CALL, deltas: [{ content: `${THOUGHTS}\n</think>\n\n` }, ...CALL.deltas.slice(1)], thought: undefined },
      talk: { deltas: [{ content: WELL.raw.talk }], finish: "stop" },
    }),
    cure: "--reasoning-parser nemotron_v3",
  },
  {
    does: "has the wrong reasoning parser: the thoughts stand in the answer",
    expect: ["reasoning-parser-mismatch"],
    start: speech({ talk: { deltas: [{ content: WELL.raw.talk }], finish: "stop", thought: 0 } }),
    cure: "--reasoning-parser nemotron_v3",
  },
  {
    does: "has a reasoning parser for a model that does not think: the answer is taken for thoughts",
    expect: ["reasoning-parser-mismatch"],
    start: speech({
      raw: { call: HERMES, talk: "ready" },
      opens: false,
      talk: { deltas: [{ reasoning: "ready" }], finish: "stop", thought: 2 },
    }),
  },
  {
    does: "serves a model that never ends its thoughts",
    expect: ["reasoning-parser-mismatch"],
    start: speech({
      raw: { ...WELL.raw, talk: "One word." },
      talk: { deltas: [{ reasoning: "One word." }], finish: "stop", thought: 3 },
    }),
  },
  {
    does: "has a context that OpenCode's own prompt fills",
    expect: ["context-overflow"],
    start: () => sim("small-context"),
    cure: "--max-model-len",
  },
  {
    does: "refuses a short prompt as too long",
    expect: ["context-overflow"],
    start: refusing(
      error(400, "This model's maximum context length is 64 tokens. However, your prompt contains at least 65 input tokens."),
    ),
  },
  { does: "breaks off its answer to a request with tools", expect: ["server-error"], start: () => sim("stream-error") },
  { does: "cuts the connection in mid-stream", expect: ["server-error"], start: () => sim("cut") },
  { does: "takes a chat request and never answers", expect: ["hung"], start: () => sim("hung"), timeoutMs: 1500 },
  {
    does: "lists a model that it does not serve",
    expect: ["no-such-model"],
    start: refusing(error(404, "The model `local` does not exist.")),
  },
  { does: "limits the number of chat requests", expect: ["rate-limited"], start: refusing(error(429, "Rate limit reached")) },
  { does: "is too busy for a chat request", expect: ["overloaded"], start: refusing(error(503, "no capacity")) },
  { does: "still loads when a chat request comes", expect: ["starting"], start: refusing(error(503, "Loading model")) },
  { does: "sleeps when a chat request comes", expect: ["sleeping"], start: refusing(error(503, "The engine is sleeping")) },
  {
    does: "has an engine that died after the model list was read",
    expect: ["engine-dead"],
    start: refusing(error(500, "EngineCore encountered an issue. See stack trace (above) for the root cause.")),
  },
  {
    does: "lets the key list models, but not use them",
    expect: ["unauthorized"],
    start: refusing({ status: 401, body: '{"error":"Unauthorized"}' }),
  },
  {
    does: "forbids this key to use the model",
    expect: ["forbidden"],
    start: refusing(error(403, "Not allowed to use this model")),
  },
  { does: "has no chat route", expect: ["wrong-path"], start: refusing({ status: 404, body: '{"detail":"Not Found"}' }) },
  {
    does: "answers a chat request with a login page",
    expect: ["html"],
    start: refusing({ status: 200, body: "<!doctype html><title>Sign in</title>", type: "text/html" }),
  },
  {
    does: "does not stream",
    expect: ["not-openai"],
    start: refusing({ status: 200, body: '{"object":"chat.completion","choices":[]}' }),
  },
]
for (const cause of SPEECH) cause.deep = true
