/** JSON with comments, read as OpenCode reads it: trailing commas are fine, and every value has a place in a file. */
import {
  findNodeAtLocation,
  type JSONPath,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser/lib/esm/main.js"

export type { JSONPath, Node }
export type Json = Record<string, unknown>

/** From 1, as editors count. */
export interface Position {
  line: number
  column: number
}

export interface SyntaxFault extends Position {
  /** In words, for example "comma expected". */
  what: string
}

export interface Parsed {
  /** Undefined for an empty text, and where nothing could be read. */
  tree?: Node
  value: Json
  /** The first mistake. OpenCode does not start with one. */
  fault?: SyntaxFault
}

export const object = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {}

export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined

/** Reads a text. A mistake is told, never thrown; an empty text is an empty object, as it is for OpenCode. */
export function parseJsonc(content: string): Parsed {
  const errors: ParseError[] = []
  const tree = parseTree(content, errors, { allowTrailingComma: true, allowEmptyContent: true })
  const first = errors[0]
  if (first) return { value: {}, fault: { ...positionOf(content, first.offset), what: words(printParseErrorCode(first.error)) } }
  if (tree && tree.type !== "object")
    return { value: {}, fault: { ...positionOf(content, tree.offset), what: "an object in braces expected" } }
  return { ...(tree && { tree }), value: tree ? (plainValue(tree) as Json) : {} }
}

/** `CommaExpected` -> "comma expected". */
const words = (code: string) =>
  code.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/^[A-Z]/, (c) => c.toLowerCase())

/** Own properties only: a key named `__proto__` stays a key. */
export function plainValue(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(plainValue)
  if (node.type !== "object") return node.value
  const out: Json = {}
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? []
    if (key && value)
      Object.defineProperty(out, key.value, { value: plainValue(value), enumerable: true, configurable: true, writable: true })
  }
  return out
}

export function positionOf(content: string, offset: number): Position {
  const before = content.slice(0, offset)
  const lineStart = before.lastIndexOf("\n") + 1
  return { line: before.split("\n").length, column: offset - lineStart + 1 }
}

/** The node at a path; where it is the value of a property, the property as a whole when `whole` is set. */
export function nodeAt(tree: Node | undefined, path: JSONPath, whole = false): Node | undefined {
  const node = tree && findNodeAtLocation(tree, path)
  return whole && node?.parent?.type === "property" ? node.parent : node
}

/** Every string in a value with its path. */
export function* stringsIn(value: unknown, path: JSONPath = []): Generator<{ path: JSONPath; value: string }> {
  if (typeof value === "string") yield { path, value }
  else if (Array.isArray(value)) for (const [i, one] of value.entries()) yield* stringsIn(one, [...path, i])
  else for (const [key, one] of Object.entries(object(value))) yield* stringsIn(one, [...path, key])
}

/** The same value with every string replaced, names too. */
export function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value)
  if (Array.isArray(value)) return value.map((one) => mapStrings(one, change))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [change(key), mapStrings(one, change)]))
}

/** Objects are merged into each other, everything else is replaced: what OpenCode does. */
export function mergeDeep(under: Json, over: Json): Json {
  const out = new Map(Object.entries(under))
  for (const [key, value] of Object.entries(over)) {
    const both = isObject(out.get(key)) && isObject(value)
    out.set(key, both ? mergeDeep(object(out.get(key)), object(value)) : value)
  }
  return Object.fromEntries(out)
}

const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value)
