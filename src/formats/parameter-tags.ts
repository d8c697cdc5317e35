/** A place in raw text where a call's next parameter begins. */
export interface ParameterTag {
  /** Name of the parameter, as written. */
  name: string
  /** Offset of the tag. */
  index: number
  end: number
  /** A tag that ends a parameter stands directly before it. */
  afterCloser: boolean
}

const NAME = "([A-Za-z_][\\w.-]{0,63})"

/** How a parameter ends, in families that write parameters as tags; the last sign may be missing (vllm-project/vllm#53227). */
const CLOSER =
  '(?:</(?:[｜|]{1,2}DSML[｜|]{1,2}|steptml:|atem:)?param(?:eter)?>?|</arg_value>?|<\\|close\\|>argument(?:<\\|sep\\|>)?|<\\|"\\|>)'

/** How it begins: Qwen-XML and Seed, GLM, MiniMax, DSML, MiniCPM5, Step 3, Muse Glimmer and imitations, Kimi K3, Gemma 4 (only behind another value). */
const OPENERS = [
  `<parameter=${NAME}>`,
  `<arg_key>\\s*${NAME}\\s*</arg_key>`,
  `(?:\\]<\\]minimax\\[>\\[)?<(?:[｜|]{1,2}DSML[｜|]{1,2}|steptml:|atem:)?param(?:eter)? name="${NAME}"`,
  `<\\|open\\|>argument key="${NAME}"`,
  `(?<=<\\|"\\|>\\s{0,8}),\\s*${NAME}\\s*:`,
]

const SOURCE = OPENERS.map((opener) => `(${CLOSER}\\s*)?${opener}`)

/** Where parameters begin in a text, in the grammar of any family that writes them as tags. */
export function findParameterTags(text: string): ParameterTag[] {
  return SOURCE.flatMap((source) =>
    [...text.matchAll(new RegExp(source, "g"))].map((match): ParameterTag => {
      const gemma = match[0].startsWith(",")
      return {
        name: match[2] ?? "",
        index: match.index,
        end: match.index + match[0].length,
        afterCloser: match[1] !== undefined || gemma,
      }
    }),
  )
}
