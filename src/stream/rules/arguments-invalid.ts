import type { Call } from "../calls.ts"
import type { JsonView } from "../json-strings.ts"
import { cutByLimit } from "../limits.ts"
import { checkSchema, requiredOf, type Schema } from "../schema.ts"
import type { CallRule, Evidence, Scene } from "./rule.ts"

/** The arguments are not what the tool's schema asks for. Which way is said in `detail`. */
export const argumentsInvalid: CallRule = {
  kind: "arguments-invalid",
  call(scene, call) {
    const tools = scene.request.tools()
    const schema = tools?.get(call.name) ?? tools?.get(call.name.toLowerCase())
    const view = call.view()
    switch (view.state) {
      case "empty":
        // The AI SDK takes no arguments for `{}`.
        return wasCut(scene, call) ? undefined : missing(call, requiredOf(schema)[0])
      case "open":
        return wasCut(scene, call) ? undefined : fault(call, "not-json")
      case "broken":
        return fault(call, isRepeated(call, view) ? "duplicated" : "not-json")
      default:
        return checkComplete(call, view, schema)
    }
  },
}

function checkComplete(call: Call, view: JsonView, schema: Schema | undefined): Evidence | undefined {
  const raw = call.raw()
  // `{"a": 1}` written as a string.
  if (view.root === "string") return fault(call, raw && isObjectInString(raw) ? "double-encoded" : "not-object")
  if (view.root !== "object") return fault(call, "not-object")
  if (!schema) return undefined
  if (raw === undefined)
    return missing(
      call,
      requiredOf(schema).find((name) => !view.keys.has(name)),
    )
  const found = checkSchema(JSON.parse(raw), schema)
  if (!found) return undefined
  if (found.detail === "missing-required") return missing(call, found.path)
  const value = at(JSON.parse(raw), found.path)
  const encoded = typeof value === "string" && /^\s*[[{]/.test(value)
  return { ...fault(call, encoded ? "double-encoded" : "wrong-type"), field: found.path }
}

function fault(call: Call, detail: string): Evidence {
  return { kind: "arguments-invalid", detail, certainty: "certain", call }
}

function missing(call: Call, field: string | undefined): Evidence | undefined {
  return field === undefined ? undefined : { ...fault(call, "missing-required"), field }
}

/** A call that is still running, that the client cut, or that a limit cut is no bad JSON. */
function wasCut({ reading, request }: Scene, call: Call): boolean {
  if (!reading.ended || reading.aborted || reading.finish === null) return true
  return cutByLimit(reading, request) !== undefined && call === reading.calls.list.at(-1)
}

/** The arguments came twice: what stands behind their end (or where they broke) begins as they do. */
function isRepeated(call: Call, view: JsonView): boolean {
  const raw = call.raw()?.trimStart()
  const rest = view.rest?.head.trimStart()
  if (!raw || !rest?.startsWith("{")) return false
  // Either copy may lack its last bracket.
  return rest.length >= 2 && raw.startsWith(rest.slice(0, Math.min(64, rest.length - 1)))
}

function isObjectInString(raw: string): boolean {
  try {
    const inner: unknown = JSON.parse(JSON.parse(raw))
    return typeof inner === "object" && inner !== null
  } catch {
    return false
  }
}

/** Value at a path like `todos[0].content`. */
function at(value: unknown, path: string): unknown {
  let here = value
  for (const part of path.match(/[^.[\]]+/g) ?? []) {
    if (typeof here !== "object" || here === null) return undefined
    here = (here as Record<string, unknown>)[part]
  }
  return here
}
