/** Changes in a JSON text that leave comments, order and formatting of everything else as they are. */
import { applyEdits, type FormattingOptions, modify } from "jsonc-parser/lib/esm/main.js"
import { type JSONPath, type Node, nodeAt, parseJsonc, plainValue } from "./json.ts"

export interface Edit {
  path: JSONPath
  /** Undefined removes what stands there. */
  value: unknown
  /** Put into the list at this path as its last entry. */
  append?: boolean
}

/** Indentation and line ends as the text has them; two spaces where it shows none. */
export function formattingOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)["}\]/]/m.exec(text)?.[1] ?? "  "
  return {
    insertSpaces: !indent.startsWith("\t"),
    tabSize: indent.startsWith("\t") ? 1 : indent.length,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  }
}

/** The text with all edits, one after the other. The text has to be readable; one without any value becomes an object. */
export function applyAll(text: string, edits: readonly Edit[]): string {
  const eol = formattingOf(text).eol
  let out = parseJsonc(text).tree ? text : `${text.trim() === "" ? "" : `${text.trimEnd()}${eol}`}{}${eol}`
  for (const edit of edits) out = applyOne(out, edit)
  return out
}

/** A comment at the end of a line belongs to the entry before it, also when another entry comes behind that. */
const TAIL = /^(,?)([ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/))(?=[ \t]*\r?(?:\n|$))/

function applyOne(text: string, edit: Edit): string {
  const last = lastBefore(text, edit)
  const tail = last && TAIL.exec(text.slice(last.end))
  if (!last || !tail) return change(text, edit)
  const [whole, comma, comment] = tail
  const out = change(`${text.slice(0, last.end)}${comma}${text.slice(last.end + whole.length)}`, edit)
  const end = endOf(nodeAt(parseJsonc(out).tree, last.path))
  return out[end] === "," ? `${out.slice(0, end + 1)}${comment}${out.slice(end + 1)}` : change(text, edit)
}

/** The entry behind which an edit adds a new one; undefined where it adds none, or the first. */
function lastBefore(text: string, { path, append }: Edit): { path: JSONPath; end: number } | undefined {
  const { tree } = parseJsonc(text)
  for (let length = path.length; length >= 0; length--) {
    const holder = nodeAt(tree, path.slice(0, length))
    if (!holder) continue
    const last = length === path.length && !append ? undefined : holder.children?.at(-1)
    if (!last) return undefined
    const step = last.type === "property" ? last.children?.[0]?.value : (holder.children?.length ?? 1) - 1
    return { path: [...path.slice(0, length), step], end: endOf(last) }
  }
  return undefined
}

const endOf = (node: Node | undefined) => (node ? node.offset + node.length : -1)

function change(text: string, { path, value, append = false }: Edit): string {
  const formattingOptions = formattingOf(text)
  const list = append && nodeAt(parseJsonc(text).tree, path)
  const changed = list
    ? modify(text, [...path, list.children?.length ?? 0], value, { formattingOptions, isArrayInsertion: true })
    : modify(text, path, append ? [value] : value, { formattingOptions })
  return applyEdits(text, changed)
}

/** The line that has the value at this path after the edit. Values of several lines are written in one. */
export function correctedLine(text: string, edit: Edit): string | undefined {
  const after = applyAll(text, [edit])
  const { tree } = parseJsonc(after)
  const node = nodeAt(tree, edit.path, true)
  if (!node) return undefined
  const written = after.slice(node.offset, node.offset + node.length)
  if (written.includes("\n"))
    return `${JSON.stringify(edit.path.at(-1))}: ${spaced(edit.append ? listAt(tree, edit.path) : edit.value)}`
  const start = after.lastIndexOf("\n", node.offset) + 1
  const end = after.indexOf("\n", node.offset)
  return after.slice(start, end === -1 ? undefined : end).trim()
}

function listAt(tree: Node | undefined, path: JSONPath): unknown {
  const list = nodeAt(tree, path)
  return list && plainValue(list)
}

/** JSON in one line, with the spaces that people write. */
const spaced = (value: unknown) => JSON.stringify(value, null, 1).replace(/\n\s*/g, " ")
