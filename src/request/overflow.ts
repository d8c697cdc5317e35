/** What a refused request tells of the room that there is. Tokens, all of them. */
export interface Overflow {
  /** The whole context: prompt and output together. */
  context?: number
  /** The most output that the server gives at all, whatever the prompt is. */
  cap?: number
  /** Exact length of the prompt as the server counted it. */
  prompt?: number
  /** The prompt is at least this long: the server stopped counting. */
  atLeast?: number
  /** Tokens of the context that have to stay free. */
  spare?: number
}

type Reading = readonly [pattern: RegExp, spare?: number]

/**
 * The texts of servers, in the order in which they are tried. Groups: `x` context, `p` prompt, `q` more prompt, `l` least prompt, `t` prompt
 * and output, `m` output, `y` the longest prompt beside that output, `c` cap. Sources: vLLM `vllm/renderers/params.py` and its predecessors
 * back to 0.10 (`serving_engine.py`), SGLang `tokenizer_manager.py` (refuses at equality, so one token stays free), text-generation-inference
 * `router/src/validation.rs`, TensorRT-LLM's PyTorch backend, OpenRouter, Anthropic, OpenAI. LiteLLM puts a name in front of each and
 * keeps the text.
 */
const READINGS: readonly Reading[] = [
  // vLLM since 0.17: "you requested 32000 output tokens and your prompt contains [at least ]8961 input tokens"
  [
    /maximum context length is (?<x>\d+) tokens\. However, you requested (?<m>\d+) output tokens and your prompt contains at least (?<l>\d+) input tokens/i,
  ],
  [
    /maximum context length is (?<x>\d+) tokens\. However, you requested (?<m>\d+) output tokens and your prompt contains (?<p>\d+) input tokens/i,
  ],
  [
    /maximum context length is (?<x>\d+) tokens\. However, you requested (?<m>\d+) output tokens and your prompt contains \d+ characters \(more than \d+ characters, which is the upper bound for (?<l>\d+) input tokens/i,
  ],
  // vLLM 0.16
  [
    /passed (?<p>\d+) input tokens and requested (?<m>\d+) output tokens\. However, the model'?s context length is only (?<x>\d+) tokens/i,
  ],
  [
    /passed \d+ input characters and requested (?<m>\d+) output tokens\. However, the model'?s context length is only (?<x>\d+) tokens, resulting in a maximum input length of (?<l>\d+) tokens/i,
  ],
  // vLLM 0.10.1 to 0.15
  [
    /is too large: (?<m>\d+)\. ?This model'?s maximum context length is (?<x>\d+) tokens and your request has (?<p>\d+) input tokens/i,
  ],
  // SGLang
  [
    /maximum context length of (?<x>\d+) tokens\. You requested a total of (?<t>\d+) tokens: (?<p>\d+) tokens from the input messages and (?<m>\d+) tokens for the completion/i,
    1,
  ],
  // vLLM up to 0.10.0, OpenAI, OpenRouter ("about", "of text input", "of tool input")
  [
    /maximum context length is (?<x>\d+) tokens\. However, you requested (?:about )?(?<t>\d+) tokens \([^()]*?(?<m>\d+) in (?:the|your) (?:completion|output)\)/i,
  ],
  // text-generation-inference, HTTP 422
  [
    /`?inputs`? tokens \+ `?max_new_tokens`? must be <= (?<x>\d+)\. Given: (?<p>\d+) `?inputs`? tokens and (?<m>\d+) `?max_new_tokens`?/i,
  ],
  // TensorRT-LLM
  [
    /sum of prompt length \((?<p>\d+)(?:\.\d+)?\)(?:,| and) query length \((?<q>\d+)(?:\.\d+)?\)(?:,| and)? max_tokens \((?<m>\d+)\) should not exceed max_seq_len \((?<x>\d+)\)/i,
  ],
  // Anthropic and servers that speak its texts
  [/input length and `?max_tokens`? exceed context limit: (?<p>\d+) \+ (?<m>\d+) > (?<x>\d+)/i],
  // vLLM, before it looks at the prompt: "max_tokens=32000 cannot be greater than max_model_len=max_total_tokens=4096"
  [/max_\w+=(?<m>\d+) cannot be greater than max_model_len=(?:max_total_tokens=)?(?<x>\d+)/i],
  // OpenAI, SGLang's router, hosted vLLMs with a ceiling of their own
  [/is too large: (?<m>\d+)\. ?This model supports at most (?<c>\d+) completion tokens/i],
  [/max_tokens: (?<m>\d+) > (?<c>\d+), which is the maximum allowed number of output tokens/i],
]

/** Longer than any text of the list; more is not looked at. */
const MAX_TEXT = 20_000

/**
 * What a refusal says about the room for the answer; undefined when it is about something else, or says that the prompt alone does not fit:
 * no output limit helps there, and the host compacts on it.
 */
export function readOverflow(text: string): Overflow | undefined {
  const seen = text.slice(0, MAX_TEXT)
  for (const [pattern, spare] of READINGS) {
    const groups = pattern.exec(seen)?.groups
    if (!groups) continue
    const [context, prompt, more, least, total, output, cap] = ["x", "p", "q", "l", "t", "m", "c"].map((name) =>
      number(groups[name]),
    )
    const counted = prompt ?? (total !== undefined && output !== undefined ? total - output : undefined)
    return {
      ...(context !== undefined && { context }),
      ...(cap !== undefined && { cap }),
      ...(counted !== undefined && { prompt: counted + (more ?? 0) }),
      ...(least !== undefined && { atLeast: least }),
      ...(spare !== undefined && { spare }),
    }
  }
  return undefined
}

const number = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits))
