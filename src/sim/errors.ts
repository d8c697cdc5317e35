/**
 * The refusals of vLLM 0.32.0, word for word as a running server sent them
 * (`vllm/entrypoints/serve/exception_handling`, `vllm/renderers/params.py`, `vllm/renderers/online_renderer.py`).
 */

export interface Refusal {
  status: number
  body: unknown
  /** What other servers have words of their own for. */
  about?: About
}

export type About =
  | { is: "key" }
  | { is: "path" }
  | { is: "method" }
  | { is: "model"; name: string }
  | { is: "overflow" /** Of the prompt. */; tokens: number; context: number }
  /** Prompt and output limit together are too much. */
  | { is: "sum"; tokens: number; limit: number; context: number }

type Code = 400 | 403 | 404 | 500

function refusal(status: Code, type: string, message: string, param: string | null = null): Refusal {
  return { status, body: { error: { message, type, param, code: status } } }
}

const badValue = (param: string, message: string) => refusal(400, "BadRequestError", `${message} (parameter=${param})`, param)

export const UNAUTHORIZED: Refusal = { status: 401, body: { error: "Unauthorized" }, about: { is: "key" } }
export const NOT_FOUND: Refusal = { status: 404, body: { detail: "Not Found" }, about: { is: "path" } }
export const METHOD_NOT_ALLOWED: Refusal = { status: 405, body: { detail: "Method Not Allowed" }, about: { is: "method" } }

export const SCALE_OUT_OFF = refusal(
  403,
  "PermissionDeniedError",
  "Scale-out endpoints are disabled. Restart vllm serve with --enable-scale-out to enable them.",
)

export const ENGINE_DEAD = refusal(
  500,
  "InternalServerError",
  "EngineCore encountered an issue. See stack trace (above) for the root cause.",
)

export const TOOLS_OFF = refusal(
  400,
  "BadRequestError",
  '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
)

export const toolChoiceNeedsParser = (choice: string) =>
  refusal(400, "BadRequestError", `tool_choice=${choice} requires --tool-call-parser to be set`)

/** The answer of a server that is not ready. A vLLM that loads refuses the connection; llama.cpp and gateways send this. */
export const STARTING: Refusal = {
  status: 503,
  body: { error: { code: 503, message: "Loading model", type: "unavailable_error" } },
}

/** In the stream, after HTTP 200, when a parser or the engine fails. */
export const STREAM_ERROR = {
  error: { message: "Internal server error", type: "InternalServerError", param: null, code: 500 },
}

export function unknownModel(name: string, served: readonly string[]): Refusal {
  const aliases = served.length > 0 ? ` Valid aliases: ${served.join(", ")}.` : ""
  return {
    ...refusal(404, "NotFoundError", `The model \`${name}\` does not exist.${aliases}`, "model"),
    about: { is: "model", name },
  }
}

export function outputLimitTooLarge(param: string, value: number, context: number): Refusal {
  const message = `${param}=${value} cannot be greater than max_model_len=${context}. Please request fewer output tokens.`
  return refusal(400, "BadRequestError", `${message} (parameter=${param}, value=${value})`, param)
}

export const outputLimitTooSmall = (param: string, value: number) =>
  refusal(400, "BadRequestError", `${param} must be at least 1, got ${value}. (parameter=${param}, value=${value})`, param)

/** SGLang's, which unlike vLLM shortens no output limit (`python/sglang/srt/managers/tokenizer_manager.py`). */
export function sumTooLarge(context: number, tokens: number, limit: number): Refusal {
  const message =
    `Requested token count exceeds the model's maximum context length of ${context} tokens. You requested a total of ` +
    `${tokens + limit} tokens: ${tokens} tokens from the input messages and ${limit} tokens for the completion. Please reduce ` +
    "the number of tokens in the input messages or the completion to fit within the limit."
  return { ...refusal(400, "BadRequestError", message), about: { is: "sum", tokens, limit, context } }
}

/** The server's tokenizer stops one token above the context, so that is the number it names, however long the prompt is. */
export function contextOverflow(context: number, tokens: number): Refusal {
  const seen = context + 1
  const message =
    `This model's maximum context length is ${context} tokens. However, your prompt contains at least ${seen} input tokens, ` +
    "which exceeds this limit even without any output tokens. Please reduce the length of the input prompt."
  const about = { is: "overflow", tokens, context } as const
  return { ...refusal(400, "BadRequestError", `${message} (parameter=input_tokens, value=${seen})`, "input_tokens"), about }
}

export const EMPTY_TOOLS = badValue(
  "tools",
  "`tools` must not be an empty array. Either provide at least one tool or omit the field entirely.",
)
export const CHOICE_WITHOUT_TOOLS = badValue("tool_choice", "When using `tool_choice`, `tools` must be set.")
export const STREAM_OPTIONS_WITHOUT_STREAM = badValue("stream_options", "Stream options can only be defined when `stream=True`.")
export const PROMPT_MISSING = badValue("prompt", "Either prompt or prompt_embeds must be provided and non-empty.")

export const badChoice = (choice: string) =>
  badValue(
    "tool_choice",
    `Invalid value for \`tool_choice\`: ${choice}! Only named tools, "none", "auto" or "required" are supported.`,
  )
export const UNKNOWN_CHOICE = badValue(
  "tool_choice",
  "The tool specified in `tool_choice` does not match any of the specified `tools`",
)

export const EMPTY_CONVERSATION = refusal(
  400,
  "BadRequestError",
  "Cannot apply chat template to an empty conversation. Provide at least one message.",
)

function invalid(problems: readonly string[], param: string | null): Refusal {
  const count = problems.length === 1 ? "1 validation error" : `${problems.length} validation errors`
  return refusal(400, "Bad Request", `${count}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`, param)
}

export const WRONG_MEDIA_TYPE = invalid(["Unsupported Media Type: Only 'application/json' is allowed"], null)
export const BODY_MISSING = invalid(["{'type': 'missing', 'loc': 'body', 'msg': 'Field required', 'input': 'None'}"], "body")

export const NOT_JSON = invalid(
  [
    "{'type': 'json_invalid', 'loc': 'body.1', 'msg': 'JSON decode error', 'input': '<dict of 0 items>', " +
      "'ctx': {'error': 'Expecting property name enclosed in double quotes'}}",
  ],
  "body.1",
)

export const NOT_OBJECT = invalid(
  [
    "{'type': 'model_attributes_type', 'loc': 'body', 'msg': 'Input should be a valid dictionary or object to extract fields from', " +
      "'input': '<list of 0 items>'}",
  ],
  "body",
)

/** Several names: the alternatives of a request with more than one form, each reported as missing. */
export function missing(body: object, ...names: string[]): Refusal {
  const input = `<dict of ${Object.keys(body).length} items>`
  const problems = names.map((name) => `{'type': 'missing', 'loc': 'body.${name}', 'msg': 'Field required', 'input': '${input}'}`)
  return invalid(problems, `body.${names[0]}`)
}

export const notList = (name: string, value: unknown) =>
  invalid(
    [`{'type': 'list_type', 'loc': 'body.${name}', 'msg': 'Input should be a valid list', 'input': '${String(value)}'}`],
    `body.${name}`,
  )
