/** What the model is asked. The tool exists nowhere and nothing is executed: only the way in which the call is written counts. */

export const TOOL = {
  type: "function",
  function: {
    name: "list_files",
    description: "Lists the files of a folder.",
    parameters: {
      type: "object",
      properties: { path: { type: "string", description: "Path of the folder" } },
      required: ["path"],
      additionalProperties: false,
    },
  },
} as const

const SYSTEM = { role: "system", content: "You are a coding agent. Be brief." }

/** The question that wants a call. */
const CALL_QUESTION = [
  SYSTEM,
  { role: "user", content: "Which files are in the folder src? Find out with the tool list_files, and write nothing else." },
]

/** The question that wants a sentence. */
const TALK_QUESTION = [SYSTEM, { role: "user", content: "Answer with the one word: ready" }]

/** Room for the thoughts of a model that thinks long. Most answers take a tenth of it. */
export const MOST_OUTPUT = 1500

/** Sampling is off, so that both sides of the comparison say the same. */
const STILL = { temperature: 0, max_tokens: MOST_OUTPUT }

/** As OpenCode asks: streamed, with token counts. */
const STREAMED = { stream: true, stream_options: { include_usage: true } }

export type Question = "call" | "talk"

const asked = (question: Question) =>
  question === "call" ? { messages: CALL_QUESTION, tools: [TOOL] } : { messages: TALK_QUESTION }

export const chatBody = (model: string, question: Question, limit = MOST_OUTPUT) => ({
  model,
  ...STILL,
  max_tokens: limit,
  ...asked(question),
  ...(question === "call" ? { tool_choice: "auto" } : {}),
  ...STREAMED,
})

/** The chat request that leaves the calls in the text. */
export const formABody = (model: string, limit = MOST_OUTPUT) => ({
  ...chatBody(model, "call", limit),
  tool_choice: "none",
  skip_special_tokens: false,
})

/** @param tools in place of those of the question; none with an empty list */
export function tokenizeBody(model: string, question: Question, tools?: readonly unknown[]) {
  const body = { model, ...asked(question), ...(tools && { tools }) }
  if (tools?.length !== 0) return body
  const { tools: _, ...without } = body
  return without
}

export const completionBody = (model: string, prompt: readonly number[], limit = MOST_OUTPUT) => ({
  model,
  prompt,
  ...STILL,
  max_tokens: limit,
  skip_special_tokens: false,
  ...STREAMED,
})
