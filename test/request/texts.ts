/** How servers refuse a request whose prompt and output do not fit together, word for word, and the room that each text leaves. */

export interface RefusalText {
  status: number
  text: string
  /** Output tokens of the refused request. */
  asked: number
  /** The most that fits, exactly; undefined: the text does not tell. */
  room?: number
}

const error = (message: string) => JSON.stringify({ error: { message, type: "BadRequestError", param: null, code: 400 } })

export const REFUSALS: Record<string, RefusalText> = {
  "vLLM since 0.17": {
    status: 400,
    asked: 32_000,
    room: 31_960,
    text: error(
      "This model's maximum context length is 40960 tokens. However, you requested 32000 output tokens and your prompt contains 9000 input tokens, for a total of 41000 tokens. Please reduce the length of the input prompt or the number of requested output tokens. (parameter=input_tokens, value=9000)",
    ),
  },
  "vLLM since 0.17, stopped counting": {
    status: 400,
    asked: 32_000,
    text: error(
      "This model's maximum context length is 40960 tokens. However, you requested 32000 output tokens and your prompt contains at least 8961 input tokens, for a total of at least 40961 tokens. Please reduce the length of the input prompt or the number of requested output tokens. (parameter=input_tokens, value=8961)",
    ),
  },
  "vLLM since 0.17, by characters": {
    status: 400,
    asked: 32_000,
    text: error(
      "This model's maximum context length is 40960 tokens. However, you requested 32000 output tokens and your prompt contains 90000 characters (more than 80640 characters, which is the upper bound for 8960 input tokens). Please reduce the length of the input prompt or the number of requested output tokens. (parameter=input_text, value=90000)",
    ),
  },
  "vLLM 0.16": {
    status: 400,
    asked: 32_000,
    room: 31_960,
    text: error(
      "You passed 9000 input tokens and requested 32000 output tokens. However, the model's context length is only 40960 tokens, resulting in a maximum input length of 8960 tokens. Please reduce the length of the input prompt.",
    ),
  },
  "vLLM 0.10.1 to 0.15": {
    status: 400,
    asked: 32_000,
    room: 31_960,
    text: error(
      "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 40960 tokens and your request has 9000 input tokens (32000 > 40960 - 9000).",
    ),
  },
  "vLLM 0.10.0, flat": {
    status: 400,
    asked: 32_000,
    room: 31_960,
    text: JSON.stringify({
      object: "error",
      message:
        "This model's maximum context length is 40960 tokens. However, you requested 41000 tokens (9000 in the messages, 32000 in the completion). Please reduce the length of the messages or completion.",
      type: "BadRequestError",
      code: 400,
    }),
  },
  "vLLM 0.32, the output alone": {
    status: 400,
    asked: 50_000,
    text: error(
      "max_tokens=50000 cannot be greater than max_model_len=40960. Please request fewer output tokens. (parameter=max_tokens, value=50000)",
    ),
  },
  "vLLM 0.28, the output alone": {
    status: 400,
    asked: 50_000,
    text: error(
      "max_tokens=50000 cannot be greater than max_model_len=max_total_tokens=40960. Please request fewer output tokens. (parameter=max_tokens, value=50000)",
    ),
  },
  SGLang: {
    status: 400,
    asked: 32_000,
    room: 31_959,
    text: JSON.stringify({
      object: "error",
      message:
        "Requested token count exceeds the model's maximum context length of 40960 tokens. You requested a total of 41000 tokens: 9000 tokens from the input messages and 32000 tokens for the completion. Please reduce the number of tokens in the input messages or the completion to fit within the limit.",
      type: "BadRequest",
      param: null,
      code: 400,
    }),
  },
  TGI: {
    status: 422,
    asked: 32_000,
    room: 31_960,
    text: JSON.stringify({
      error:
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 40960. Given: 9000 `inputs` tokens and 32000 `max_new_tokens`",
      error_type: "validation",
    }),
  },
  "TensorRT-LLM": {
    status: 400,
    asked: 32_000,
    room: 31_960,
    text: error("The sum of prompt length (9000) and query length (0) max_tokens (32000) should not exceed max_seq_len (40960)"),
  },
  "LiteLLM around vLLM": {
    status: 400,
    asked: 32_000,
    room: 31_960,
    text: error(
      `litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: Hosted_vllmException - {"error":{"message":"This model's maximum context length is 40960 tokens. However, you requested 32000 output tokens and your prompt contains 9000 input tokens, for a total of 41000 tokens.","code":400}}. Received Model Group=m`,
    ),
  },
  OpenRouter: {
    status: 400,
    asked: 32_000,
    room: 31_960,
    text: error(
      "This endpoint's maximum context length is 40960 tokens. However, you requested about 41000 tokens (8500 of text input, 500 of tool input, 32000 in the output). Please reduce the length of either one.",
    ),
  },
  Anthropic: {
    status: 400,
    asked: 32_000,
    room: 31_960,
    text: '{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 9000 + 32000 > 40960, decrease input length or `max_tokens` and try again"}}',
  },
  "a cap on the output": {
    status: 400,
    asked: 32_000,
    room: 16_384,
    text: error(
      "max_tokens is too large: 32000. This model supports at most 16384 completion tokens, whereas you provided 32000.",
    ),
  },
}

/** Refusals that no smaller output cures. */
export const FINAL: Record<string, string> = {
  "vLLM 0.32: the prompt alone": error(
    "This model's maximum context length is 4096 tokens. However, your prompt contains at least 4097 input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=4097)",
  ),
  "vLLM 0.17: the prompt alone": error(
    "This model's maximum context length is 8192 tokens. However, you requested 1024 output tokens and your prompt contains 9000 input tokens, for a total of 10024 tokens. Please reduce the length of the input prompt or the number of requested output tokens.",
  ),
  "vLLM 0.15: the prompt alone": error(
    "This model's maximum context length is 8192 tokens. However, your request has 9000 input tokens. Please reduce the length of the input messages.",
  ),
  "llama.cpp": error("request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it"),
  SGLang: error("The input (9000 tokens) is longer than the model's context length (8192 tokens)."),
  "LM Studio": error(
    "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 8192 tokens, which is not enough.",
  ),
  "room for a few words only": error(
    "This model's maximum context length is 40960 tokens. However, you requested 32000 output tokens and your prompt contains 40900 input tokens, for a total of 72900 tokens.",
  ),
  "another refusal": error('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
  "no text": "",
}
