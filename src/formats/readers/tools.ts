import { createInput } from "./input.ts"
import { readPython } from "./python-value.ts"

/** Tools as the request declared them, and values as their schemas want them. */

export interface ToolDeclaration {
  type?: string
  function: { name: string; description?: string; parameters?: unknown }
}

export interface DeclaredTool {
  name: string
  /** Schemas of the parameters; undefined where the tool declares none, so that any is possible. */
  properties: Readonly<Record<string, unknown>> | undefined
  required: readonly string[]
}

export type DeclaredTools = ReadonlyMap<string, DeclaredTool>

type Kind = "string" | "number" | "boolean" | "object" | "array" | "null"

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export function declareTools(tools: readonly ToolDeclaration[]): DeclaredTools {
  const declared = new Map<string, DeclaredTool>()
  for (const tool of tools) {
    const name = tool?.function?.name
    if (typeof name !== "string" || name === "") continue
    const schema = tool.function.parameters
    const properties = isRecord(schema) && isRecord(schema.properties) ? schema.properties : undefined
    const required =
      isRecord(schema) && Array.isArray(schema.required) ? schema.required.filter((key) => typeof key === "string") : []
    declared.set(name, { name, properties: properties && Object.keys(properties).length > 0 ? properties : undefined, required })
  }
  return declared
}

/** Whether the tool has such a parameter, or may have any. */
export function hasParameter(tool: DeclaredTool, key: string): boolean {
  return tool.properties === undefined || Object.hasOwn(tool.properties, key)
}

/**
 * The JSON kinds that a parameter may be; undefined where the schema does not say. A parameter that the tool does not declare is text:
 * the client refuses the call anyway and shows the model what it wrote.
 */
export function kindsOf(tool: DeclaredTool, key: string): ReadonlySet<Kind> | undefined {
  if (!tool.properties || !Object.hasOwn(tool.properties, key)) return tool.properties ? new Set(["string"]) : undefined
  return kindsOfSchema(tool.properties[key])
}

/** The JSON kinds that a schema allows; undefined where it does not say. */
export function kindsOfSchema(schema: unknown): ReadonlySet<Kind> | undefined {
  const kinds = new Set<Kind>()
  collect(schema, kinds, 0)
  return kinds.size === 0 ? undefined : kinds
}

/** The types of JSON Schema, and what people write for them. */
const KINDS: Readonly<Record<string, Kind>> = {
  string: "string",
  str: "string",
  text: "string",
  integer: "number",
  int: "number",
  number: "number",
  float: "number",
  double: "number",
  boolean: "boolean",
  bool: "boolean",
  object: "object",
  dict: "object",
  array: "array",
  list: "array",
  null: "null",
}

function collect(schema: unknown, kinds: Set<Kind>, depth: number): void {
  if (!isRecord(schema) || depth > 8) return
  const types = Array.isArray(schema.type) ? schema.type : [schema.type]
  for (const type of types) {
    const kind = typeof type === "string" ? KINDS[type.toLowerCase()] : undefined
    if (kind) kinds.add(kind)
  }
  for (const value of [...(Array.isArray(schema.enum) ? schema.enum : []), ...("const" in schema ? [schema.const] : [])]) {
    if (schema.type === undefined) kinds.add(kindOf(value))
  }
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    const parts = schema[key]
    if (Array.isArray(parts)) for (const part of parts) collect(part, kinds, depth + 1)
  }
  if (kinds.size === 0 && isRecord(schema.properties)) kinds.add("object")
}

function kindOf(value: unknown): Kind {
  if (value === null) return "null"
  if (Array.isArray(value)) return "array"
  return typeof value as Kind
}

/** The value is text whatever it looks like, so it can be passed on while it is written. */
export const isText = (kinds: ReadonlySet<Kind> | undefined): boolean => kinds?.size === 1 && kinds.has("string")

/** JSON of a value that was written as plain text, typed by its schema. What does not fit its schema stays text. */
export function typedJson(text: string, kinds: ReadonlySet<Kind> | undefined): string {
  if (isText(kinds)) return JSON.stringify(text)
  const plain = text.trim()
  if (plain === "None" && (!kinds || kinds.has("null"))) return "null"
  if (/^(?:true|false)$/i.test(plain) && (kinds ? kinds.has("boolean") && !kinds.has("string") : /^[TF]/.test(plain)))
    return plain.toLowerCase()
  const number =
    kinds?.has("number") && !kinds.has("string") ? /^([+-]?)0*((?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)$/.exec(plain) : null
  if (number) return (number[1] === "-" ? "-" : "") + (number[2] as string).replace(/^\./, "0.")
  try {
    const kind = kindOf(JSON.parse(plain))
    // Where text is allowed as well, "5" is the number, as for vLLM: models write both alike.
    if (kinds ? kinds.has(kind) && kind !== "string" : true) return plain
  } catch {}
  if (kinds?.has("boolean") && kinds.size === 1 && /^[01]$/.test(plain)) return plain === "1" ? "true" : "false"
  return (kinds && !kinds.has("string") && pythonJson(plain, kinds)) || JSON.stringify(text)
}

/** JSON of a list or dictionary as Python writes it; undefined where the text is none of the wanted kind. */
function pythonJson(text: string, kinds: ReadonlySet<Kind>): string | undefined {
  if (!(/^[[(]/.test(text) ? kinds.has("array") : text.startsWith("{") && kinds.has("object"))) return undefined
  const input = createInput()
  input.text = text
  input.ended = true
  const pieces: string[] = []
  const read = readPython(input, (piece) => pieces.push(piece), []).next()
  return read.done && read.value && input.at === text.length ? pieces.join("") : undefined
}
