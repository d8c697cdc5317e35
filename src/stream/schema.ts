/** The part of JSON Schema that tools use. Anything else in a schema is taken as fulfilled. */
export interface Schema {
  type?: unknown
  enum?: unknown
  const?: unknown
  format?: unknown
  properties?: Record<string, Schema | undefined>
  required?: unknown
  items?: Schema
  anyOf?: unknown
  oneOf?: unknown
  allOf?: unknown
  nullable?: unknown
  $ref?: unknown
}

export interface SchemaFault {
  detail: "missing-required" | "wrong-type"
  /** Path of the argument: `todos[0].content`. */
  path: string
}

const MAX_DEPTH = 16
const MAX_ITEMS = 1000

/** The first thing in which a value is not what its schema asks, missing arguments before wrong ones. */
export function checkSchema(value: unknown, schema: Schema | undefined): SchemaFault | undefined {
  const faults = faultsOf(value, schema, "", 0)
  return faults.find((fault) => fault.detail === "missing-required") ?? faults[0]
}

/** Names that the top level of a schema requires. */
export function requiredOf(schema: Schema | undefined): string[] {
  return Array.isArray(schema?.required) ? schema.required.filter((name): name is string => typeof name === "string") : []
}

/** Schema of the argument at a path without indices (`todos.content`). */
export function schemaAt(schema: Schema | undefined, plain: string): Schema | undefined {
  let at = schema
  for (const part of plain === "" ? [] : plain.split(".")) {
    while (at && at.properties === undefined && typeof at.items === "object") at = at.items
    at = at?.properties && Object.hasOwn(at.properties, part) ? at.properties[part] : undefined
  }
  return at
}

function faultsOf(value: unknown, schema: Schema | undefined, path: string, depth: number): SchemaFault[] {
  if (!schema || typeof schema !== "object" || depth > MAX_DEPTH) return []
  // Alternatives and references are the tool's own business: guessing which one is meant would invent faults.
  if (schema.anyOf || schema.oneOf || schema.allOf || schema.$ref) return []
  if (!typeFits(value, schema)) return [{ detail: "wrong-type", path }]
  if (Array.isArray(schema.enum) && isPlain(value) && !schema.enum.includes(value)) return [{ detail: "wrong-type", path }]
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).flatMap((item, i) => faultsOf(item, schema.items, `${path}[${i}]`, depth + 1))
  }
  if (typeof value !== "object" || value === null) return []
  const object = value as Record<string, unknown>
  const join = (name: string): string => (path === "" ? name : `${path}.${name}`)
  const missing = requiredOf(schema)
    .filter((name) => !Object.hasOwn(object, name))
    .map((name): SchemaFault => ({ detail: "missing-required", path: join(name) }))
  const wrong = Object.entries(schema.properties ?? {})
    .filter(([name]) => Object.hasOwn(object, name))
    .flatMap(([name, inner]) => faultsOf(object[name], inner, join(name), depth + 1))
  return [...missing, ...wrong]
}

function typeFits(value: unknown, schema: Schema): boolean {
  const types = Array.isArray(schema.type) ? schema.type : schema.type === undefined ? [] : [schema.type]
  if (types.length === 0 || (value === null && schema.nullable === true)) return true
  return types.some((type) => {
    switch (type) {
      case "object":
        return typeof value === "object" && value !== null && !Array.isArray(value)
      case "array":
        return Array.isArray(value)
      case "string":
        return typeof value === "string"
      case "integer":
        return typeof value === "number" && Number.isInteger(value)
      case "number":
        return typeof value === "number"
      case "boolean":
        return typeof value === "boolean"
      case "null":
        return value === null
      default:
        return true
    }
  })
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value !== "object"
}
