import type { Format } from "./context.ts"
import { any, take } from "./match.ts"
import { tagFormat } from "./tag-format.ts"
import { isText, kindsOfSchema, typedJson } from "./tools.ts"

/** Stands before every tag. */
const MARK = "]<]minimax[>["
/** Deeper nesting than this is not an argument. */
const DEEPEST = 100

/** MiniMax M3: `<N>` and `</N>` around the value of the parameter N, elements within them for lists and objects. */
export const MINIMAX_M3: Format = tagFormat({
  id: "minimax-m3",
  openers: [`${MARK}<tool_call>`, `${MARK}<invoke name=`],
  around: { open: [`${MARK}<tool_call>`], close: [`${MARK}</tool_call>`], optional: true },
  open: [`${MARK}<invoke name=`, any(['"', take("name"), '"'], ["'", take("name"), "'"], [take("name")]), ">"],
  close: [`${MARK}</invoke>`],
  valueOpen: [`${MARK}<`, take("key", "/"), ">"],
  valueMark: (key) => `${MARK}<${key}>`,
  valueClose: (key) => `${MARK}</${key}>`,
  structured: (text, schema) => {
    const kinds = kindsOfSchema(schema)
    // An empty list or object has no elements to show.
    if (text.trim() === "" && kinds?.has("array") && !kinds.has("string")) return "[]"
    if (text.trim() === "" && kinds?.has("object") && !kinds.has("string")) return "{}"
    if (!text.includes(MARK)) return undefined
    const elements = readElements(text)
    return elements && jsonOfElements(elements, schema)
  },
})

interface Element {
  name: string
  /** What stands between the tags, as it was written. */
  text: string
  children: Element[]
}

/**
 * The elements of a value; undefined where the value is not made of whole elements and white space alone. Tags without a partner are text
 * of the element around them.
 */
function readElements(text: string): Element[] | undefined {
  const top: Element[] = []
  const open: { element: Element; from: number }[] = []
  const tag = /\]<\]minimax\[>\[<(\/?)([^<>/\s]+)[^<>]*>/g
  const next = /\s*(?:\]<\]minimax\[>\[<(?:\/([^<>/\s]+)>|[^/])|$)/y
  let behind = 0
  for (let found = tag.exec(text); found; found = tag.exec(text)) {
    const name = found[2] as string
    if (found[1] === "") {
      if (open.length === 0 && text.slice(behind, found.index).trim() !== "") return undefined
      if (open.length >= DEEPEST) return undefined
      open.push({ element: { name, text: "", children: [] }, from: tag.lastIndex })
      continue
    }
    // A closer ends an element where another tag or nothing follows; of two in a row the first is text.
    next.lastIndex = tag.lastIndex
    const follows = next.exec(text)
    if (!follows || (follows[1] === name && open.filter(({ element }) => element.name === name).length < 2)) continue
    const partner = open.findLastIndex(({ element }) => element.name === name)
    const closed = open[partner]
    if (!closed) continue
    open.length = partner
    closed.element.text = text.slice(closed.from, found.index)
    ;(open.at(-1)?.element.children ?? top).push(closed.element)
    if (open.length === 0) behind = tag.lastIndex
  }
  return open.length === 0 && top.length > 0 && text.slice(behind).trim() === "" ? top : undefined
}

function jsonOfElements(elements: readonly Element[], schema: unknown): string {
  const kinds = kindsOfSchema(schema)
  const list = kinds?.has("array") ?? elements.every(({ name }) => name === "item")
  if (list) return `[${elements.map((one) => jsonOfElement(one, part(schema, "items"))).join(", ")}]`
  const fields = new Map<string, string[]>()
  for (const one of elements) {
    const values = fields.get(one.name) ?? []
    fields.set(one.name, values)
    values.push(jsonOfElement(one, part(part(schema, "properties"), one.name) ?? part(schema, "additionalProperties")))
  }
  // A name that comes more than once is a list.
  const written = [...fields].map(
    ([name, values]) => `${JSON.stringify(name)}: ${values.length === 1 ? values[0] : `[${values.join(", ")}]`}`,
  )
  return `{${written.join(", ")}}`
}

function jsonOfElement({ text, children }: Element, schema: unknown): string {
  const kinds = kindsOfSchema(schema)
  if (kinds && isText(kinds)) return JSON.stringify(text)
  if (children.length > 0) return jsonOfElements(children, schema)
  if (text.trim() === "" && kinds && !kinds.has("string") && (kinds.has("array") || kinds.has("object")))
    return kinds.has("array") ? "[]" : "{}"
  return typedJson(text, kinds)
}

/** A part of a schema, also behind the alternatives of a nullable type. */
function part(schema: unknown, key: string): unknown {
  if (typeof schema !== "object" || schema === null) return undefined
  const record = schema as Record<string, unknown>
  if (Object.hasOwn(record, key)) return record[key]
  for (const choice of ["anyOf", "oneOf"]) {
    const alternatives = record[choice]
    if (!Array.isArray(alternatives)) continue
    for (const one of alternatives) {
      const found = part(one, key)
      if (found !== undefined) return found
    }
  }
  return undefined
}
