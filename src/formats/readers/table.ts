import type { CallFormat, Family } from "../../knowledge/family.ts"
import { APERTUS } from "./apertus.ts"
import { FENCED_JSON, FUNCTOOLS, LLAMA_JSON, LLAMA_TAGGED } from "./bare-json.ts"
import type { Format } from "./context.ts"
import { DEEPSEEK_V3, DEEPSEEK_V31 } from "./deepseek.ts"
import type { Frame } from "./frame.ts"
import { FUNCTIONGEMMA, GEMMA4 } from "./gemma.ts"
import { GLM, HUNYUAN_SUFFIXED, HUNYUAN_V3, IFM } from "./glm.ts"
import {
  COHERE,
  DOTS_JSON,
  FUNCTION_JSON,
  GIGACHAT,
  GRANITE,
  HERMES,
  IFM_JSON,
  INKLING,
  INTERNLM,
  LFM2_JSON,
  LONGCAT,
  PLAMO,
  TOOL_CALLS_JSON,
  TOOLCALL_JSON,
} from "./hermes.ts"
import { DOTS, DSML, DSML_ASCII, DSML_SPACED, GLIMMER, GLIMMER_MESSAGE, INVOKE, KIMI_K3, MINIMAX_M2, STEP3 } from "./invoke.ts"
import { KIMI_K2 } from "./kimi-k2.ts"
import { MINIMAX_M3 } from "./minimax-m3.ts"
import { MISTRAL } from "./mistral.ts"
import { LFM2, LLAMA4, OLMO3, PYTHONIC } from "./pythonic.ts"
import { MIMO, MINICPM, QWEN_XML, SEED } from "./qwen-xml.ts"

/** All readers. Where two share an opener, the text behind it decides. */
const FORMATS: readonly Format[] = [
  QWEN_XML,
  FUNCTION_JSON,
  HERMES,
  GLM,
  HUNYUAN_V3,
  HUNYUAN_SUFFIXED,
  IFM,
  IFM_JSON,
  PLAMO,
  SEED,
  MINICPM,
  MINIMAX_M2,
  MINIMAX_M3,
  DSML,
  DSML_ASCII,
  DSML_SPACED,
  DOTS,
  DOTS_JSON,
  GLIMMER,
  STEP3,
  KIMI_K3,
  DEEPSEEK_V3,
  DEEPSEEK_V31,
  KIMI_K2,
  MISTRAL,
  INTERNLM,
  COHERE,
  GIGACHAT,
  INKLING,
  LONGCAT,
  APERTUS,
  TOOL_CALLS_JSON,
  TOOLCALL_JSON,
  GRANITE,
  INVOKE,
  FUNCTOOLS,
  LFM2,
  LFM2_JSON,
  LLAMA4,
  OLMO3,
  GEMMA4,
  FUNCTIONGEMMA,
  LLAMA_TAGGED,
  LLAMA_JSON,
  PYTHONIC,
]

const THINK = { open: "<think>", close: "</think>" }
/** Every pair that a reader looks for when it does not know the family. */
export const REASONING: readonly { open: string; close: string }[] = [
  THINK,
  { open: "[THINK]", close: "[/THINK]" },
  { open: "<seed:think>", close: "</seed:think>" },
  { open: "<mm:think>", close: "</mm:think>" },
  { open: "◁think▷", close: "◁/think▷" },
  { open: "<|START_THINKING|>", close: "<|END_THINKING|>" },
  { open: "<|open|>think<|sep|>", close: "<|close|>think<|sep|>" },
  { open: "<|channel>thought", close: "<channel|>" },
  { open: "<|content_thinking|>", close: "<|end_message|>" },
  { open: "<|inner_prefix|>", close: "<|inner_suffix|>" },
  { open: "<longcat_think>", close: "</longcat_think>" },
  { open: "to=self<|message|>", close: "<|eom|>" },
  { open: "<ifm|think>", close: "</ifm|think>" },
  { open: "<ifm|think_fast>", close: "</ifm|think_fast>" },
  { open: "<ifm|think_faster>", close: "</ifm|think_faster>" },
  { open: "<|plamo:begin_think:plamo|>", close: "<|plamo:end_think:plamo|>" },
]

/** Granite 3.2 speaks of its thoughts in prose; these count only together, and in the family alone without waiting for the second. */
const PROSE = ["Here is", "Here's"].map((here) => ({
  open: `${here} my thought process:`,
  close: `${here} my response:`,
  prose: true,
}))

const ANSWER = [
  { open: "<response>", close: "</response>" },
  { open: "<answer>", close: "</answer>" },
  { open: "<|START_RESPONSE|>", close: "<|END_RESPONSE|>" },
  { open: "<|START_TEXT|>", close: "<|END_TEXT|>" },
  { open: "<|content_text|>", close: "<|end_message|>" },
  { open: "to=user<|message|>", close: "<|eot|>" },
  { open: "<|open|>response<|sep|>", close: "<|close|>response<|sep|>" },
]

/** Tokens that begin a message: before it they say nothing. */
const HEADS = ["<|message_model|>", "<|start|>assistant"]

const TURN_ENDS = [
  "<|im_end|>",
  "<|endoftext|>",
  "<｜end▁of▁sentence｜>",
  "</s>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<|eot|>",
  "<|eom|>",
  "<|end_of_text|>",
  "<|end|>",
  "<|user|>",
  "<|observation|>",
  "<|end_of_msg|>",
  "[e~[",
  "<end_of_turn>",
  "<turn|>",
  "<|END_OF_TURN_TOKEN|>",
  "<|message_sep|>",
  "<|content_model_end_sampling|>",
  "<seed:eos>",
  "<|plamo:tag|>",
  "<start_function_response>",
  "<|tool_response>",
]

/** Forms that a family writes beside that of its format, or instead. */
const BESIDES: Readonly<Record<string, readonly Format[]>> = {
  xlam: [LLAMA_JSON, MISTRAL, FENCED_JSON],
  "phi4-mini": [GRANITE],
  llama3: [FUNCTION_JSON],
  mimo: [MIMO],
  llama4: [LLAMA_JSON, LLAMA_TAGGED],
  "muse-glimmer": [GLIMMER_MESSAGE],
}

/** What the output of a format or family may consist of; of any, when neither is known. */
export function frameOf(known: { format?: CallFormat; family?: Family }): Frame {
  const format = known.format ?? known.family?.format
  const own = [...(BESIDES[known.family?.id ?? ""] ?? []), ...FORMATS.filter(({ id }) => id === format)]
  const openers = new Set(own.flatMap((one) => one.openers))
  // A fine-tune may keep the tag of its family and put another form in it.
  const formats = format
    ? [...own, ...FORMATS.filter((one) => !own.includes(one) && one.openers.some((opener) => openers.has(opener)))]
    : FORMATS
  const reasoning = known.family?.reasoning
  return {
    formats,
    // Llama introduces its calls in the same line; it has no delimiter to go by.
    bareInLine: format === "llama-json",
    reasoning: known.family
      ? [
          ...(reasoning && reasoning.open !== THINK.open ? [reasoning] : []),
          THINK,
          ...(known.family.id === "granite3" ? PROSE.map((pair) => ({ ...pair, sure: true })) : []),
        ]
      : [...REASONING, ...PROSE],
    answer: ANSWER,
    heads: HEADS,
    turnEnds: TURN_ENDS,
  }
}
