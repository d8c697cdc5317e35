import { FAMILIES, type Family, familyById } from "../knowledge/families.ts"
import { createRawReader, type RawEvent, type ToolDeclaration } from "./readers/index.ts"
import { REASONING } from "./readers/table.ts"

export interface RawOutput {
  /** Id of the family that was given, or of one that writes calls like these; undefined where there are none. */
  family: string | undefined
  reasoning: string
  content: string
  /** `arguments` is JSON. */
  calls: { name: string; arguments: string }[]
}

export interface RawOutputOptions {
  tools: readonly ToolDeclaration[]
  /** Id of a family in `src/knowledge/families.ts`; told from the text when absent. */
  family?: string
  /** Whether the prompt ended inside the thoughts; told from the text when absent. */
  reasoning?: "open" | "closed"
}

/**
 * Reads a whole raw output of a model: what it thought, said and called.
 *
 * A call that was cut off, or whose arguments break, is no call: its text stays in `content`.
 */
export function parseRawOutput(text: string, options: RawOutputOptions): RawOutput {
  const family = options.family === undefined ? undefined : familyById(options.family)
  const reasoning = options.reasoning ?? (thoughtsAreOpen(text, { tools: options.tools, family }) ? "open" : "closed")
  const reader = createRawReader({ tools: options.tools, family, reasoning })
  const output: RawOutput = { family: options.family, reasoning: "", content: "", calls: [] }
  let name = ""
  let pieces: string[] = []
  let start = 0
  for (const event of [...reader.push(text), ...reader.end()]) readEvent(event)
  output.family ??= familyThatWrites(reader.format(), reasoning === "open")
  return output

  function readEvent(event: RawEvent): void {
    switch (event.type) {
      case "reasoning":
        output.reasoning += event.text
        break
      case "content":
        output.content += event.text
        break
      case "arguments":
        pieces.push(event.text)
        break
      case "call-start":
        name = event.name
        pieces = []
        start = event.at
        break
      case "call-end":
        if (event.complete) output.calls.push({ name, arguments: pieces.join("") })
        else output.content += (output.content === "" ? "" : "\n\n") + text.slice(start, event.at)
    }
  }
}

/** The first family in the list that writes calls like this; one whose template opens the thoughts where they were open. */
function familyThatWrites(format: string | undefined, open: boolean): string | undefined {
  const families = FAMILIES.filter((family) => family.format === format)
  return (families.find((family) => Boolean(family.templateOpensThinking) === open) ?? families[0])?.id
}

/**
 * The output holds the closer of thoughts whose opener it does not hold: the chat template wrote that one. A closer in the arguments of a call
 * is part of them.
 */
export function thoughtsAreOpen(
  text: string,
  { tools, family }: { tools: readonly ToolDeclaration[]; family: Family | undefined },
): boolean {
  const orphans = (family?.reasoning ? [family.reasoning] : REASONING).filter(({ open, close }) => {
    if (MESSAGE_ENDS.includes(close)) return false
    const closer = findUnquoted(text, close)
    const opener = findUnquoted(text, open)
    return closer >= 0 && (opener < 0 || closer < opener)
  })
  if (orphans.length === 0) return false
  const reader = createRawReader({ tools, family, reasoning: "closed" })
  let outside = ""
  let start = 0
  for (const event of [...reader.push(text), ...reader.end()]) {
    if (event.type === "content") outside += event.text
    else if (event.type === "call-start") start = event.at
    else if (event.type === "call-end" && !event.complete) outside += text.slice(start, event.at)
  }
  return orphans.some(({ close }) => findUnquoted(outside, close) >= 0)
}

/** Closers that end every message, not thoughts alone. */
const MESSAGE_ENDS = ["<|end_message|>", "<|eom|>", "<|end|>"]

/** Where a literal stands first without equal quotes on both sides. */
function findUnquoted(text: string, literal: string): number {
  for (let at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + literal.length)) {
    const before = text[at - 1] ?? ""
    if (before === "" || !"`\"'".includes(before) || text[at + literal.length] !== before) return at
  }
  return -1
}
