/** A vLLM that answers questions: what its model writes, and what its parsers make of it, each given. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { type Handler, healthyVllm, type Routes, serveRoutes } from "../servers.ts"

export interface Delta {
  reasoning?: string
  content?: string
  tool_calls?: object[]
}

export interface Answer {
  deltas: Delta[]
  finish: string
  /** `usage`; by default as many tokens as the model wrote. */
  tokens?: number
  /** `usage.completion_tokens_details.reasoning_tokens`; undefined without a reasoning parser. */
  thought?: number
}

export interface Speech {
  /** What the model writes to the question that wants a call, and to the other. */
  raw: { call: string; talk: string }
  /** What a client of the chat route receives. */
  call: Answer | Refused
  talk: Answer | Refused
  /** The template ends by opening the thoughts. */
  opens?: boolean
  /** A gateway that hides the routes of the raw text. */
  hidden?: boolean
  /** The template leaves tools out. */
  toolless?: boolean
  more?: Routes
}

export interface Refused {
  status: number
  body: string
  type?: string
}

const tokensOf = (text: string) => Math.ceil(text.length / 3)

export function serveSpeech(speech: Speech) {
  const { raw, opens = true, hidden, toolless, more = {} } = speech
  const routes: Routes = {
    ...healthyVllm({
      "/v1/models": {
        object: "list",
        data: [{ id: "local", object: "model", owned_by: "vllm", root: "/models/local", max_model_len: 65_536 }],
      },
    }),
    ...(hidden
      ? {}
      : {
          "/tokenize": json((body) => {
            const tools = toolless || !Array.isArray(body.tools) ? [] : body.tools
            // The first token says which question it is; the length is that of the text.
            const length = 20 + tokensOf(JSON.stringify(tools))
            const wants = Array.isArray(body.tools) && body.tools.length > 0 ? 1 : 0
            return { tokens: [wants, ...new Array(length).fill(7)], count: length + 1, max_model_len: 65_536 }
          }),
          "/detokenize": json(() => ({ prompt: `<|im_start|>assistant\n${opens ? "<think>\n" : ""}` })),
          "/v1/completions": events((body) => {
            const text = (body.prompt as number[])[0] === 1 ? raw.call : raw.talk
            return [
              ...pieces(text).map((piece) => ({ choices: [{ index: 0, text: piece, finish_reason: null }] })),
              ...end("stop", tokensOf(text), true),
            ]
          }),
        }),
    "/v1/chat/completions": chat(speech),
    ...more,
  }
  return serveRoutes(routes)
}

const chat =
  ({ raw, call, talk }: Speech): Handler =>
  (request, response) => {
    void bodyOf(request).then((body) => {
      const answer = Array.isArray(body.tools) ? call : talk
      const text = Array.isArray(body.tools) ? raw.call : raw.talk
      if (body.tool_choice === "none") return write(response, [delta({ content: text }), ...end("stop", tokensOf(text))])
      if ("status" in answer) {
        response.writeHead(answer.status, { "content-type": answer.type ?? "application/json" })
        return void response.end(answer.body)
      }
      const { deltas, finish, tokens = tokensOf(text), thought } = answer
      write(response, [...deltas.map(delta), ...end(finish, tokens, false, thought)])
    })
  }

const delta = (one: Delta) => ({ choices: [{ index: 0, delta: one, finish_reason: null }] })
const pieces = (text: string) => text.match(/[\s\S]{1,4}/g) ?? []

function end(finish: string, tokens: number, raw = false, thought?: number): object[] {
  const details = thought === undefined ? {} : { completion_tokens_details: { reasoning_tokens: thought } }
  return [
    { choices: [{ index: 0, ...(raw ? { text: "" } : { delta: {} }), finish_reason: finish }] },
    { choices: [], usage: { prompt_tokens: 500, completion_tokens: tokens, total_tokens: 500 + tokens, ...details } },
  ]
}

function write(response: ServerResponse, list: readonly object[]) {
  response.writeHead(200, { "content-type": "text/event-stream" })
  response.end(`${list.map((one) => `data: ${JSON.stringify(one)}\n\n`).join("")}data: [DONE]\n\n`)
}

type Body = Record<string, unknown>

async function bodyOf(request: IncomingMessage): Promise<Body> {
  let text = ""
  for await (const part of request) text += part
  return text === "" ? {} : JSON.parse(text)
}

const json =
  (answer: (body: Body) => object): Handler =>
  (request, response) =>
    void bodyOf(request).then((body) => {
      response.writeHead(200, { "content-type": "application/json" })
      response.end(JSON.stringify(answer(body)))
    })

const events =
  (answer: (body: Body) => object[]): Handler =>
  (request, response) =>
    void bodyOf(request).then((body) => write(response, answer(body)))
