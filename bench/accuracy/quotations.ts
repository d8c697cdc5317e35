import type { SourceFile } from "./code.ts"
import type { Random } from "./random.ts"

/** A place in a source text where delimiters are spoken of. */
export interface Quotation {
  file: SourceFile
  /** The file, or as much of it as a model writes at once. */
  whole: string
  /** Some lines around a delimiter. */
  lines: string[]
  /** The same, with the docstring closed that it begins or ends in: something that could be a file. */
  part: string
  /** Other lines of the same file. */
  other: string[]
  /** Two delimiters that occur in it, or ones that people speak of. */
  literal: string
  second: string
}

const LITERAL =
  /<\/?(?:seed:|mm:|minimax:|longcat_)?(?:think|tool_call|tool_calls|function_calls|arg_key|arg_value|function|parameter)>|<\|[A-Za-z_]{3,32}\|>|<｜[^｜<>\s]{2,40}｜>?|\[\/?(?:THINK|TOOL_CALLS)\]|<\|"\|>|◁\/?think▷|<(?:function|parameter)=/gu
const USUAL = [
  "</think>",
  "<think>",
  "<tool_call>",
  "</tool_call>",
  "</parameter>",
  "<|im_end|>",
  "<｜DSML｜invoke",
  "[TOOL_CALLS]",
  "<|channel|>",
  "</arg_value>",
]
const MOST = 12_000

export function quotation(random: Random, file: SourceFile): Quotation {
  const all = file.text.split("\n")
  const hot = all.flatMap((line, i) => (new RegExp(LITERAL.source, "u").test(line) ? [i] : []))
  const around = (): { from: number; lines: string[] } => {
    const middle = hot.length > 0 ? random.pick(hot) : random.int(0, all.length - 1)
    const from = Math.max(0, middle - random.int(0, 12))
    return { from, lines: all.slice(from, middle + random.int(1, 20)).map((line) => line.slice(0, 2000)) }
  }
  const { from, lines } = around()
  const found = [...new Set(lines.join("\n").match(LITERAL) ?? [])]
  return {
    file,
    whole: cutAtLine(file.text),
    lines,
    part: closed(all.slice(0, from), lines),
    other: around().lines,
    literal: found.length > 0 ? random.pick(found) : random.pick(USUAL),
    second: random.pick(found.length > 1 && random.chance(0.7) ? found : USUAL),
  }
}

function cutAtLine(text: string): string {
  return text.length <= MOST ? text : text.slice(0, text.lastIndexOf("\n", MOST) + 1)
}

const TRIPLE = /"""|'''/g

function closed(before: readonly string[], lines: readonly string[]): string {
  const inside = (text: string): boolean => (text.match(TRIPLE)?.length ?? 0) % 2 === 1
  const text = `${inside(before.join("\n")) ? '"""\n' : ""}${lines.join("\n")}\n`
  return inside(text) ? `${text}"""\n` : text
}
