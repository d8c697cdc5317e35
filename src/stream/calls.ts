import { createJsonReader, type JsonReader, type JsonView, type KeepBudget } from "./json-strings.ts"
import { cut, detach } from "./strings.ts"

/** Calls of one response that are looked at; more are counted only. */
const MAX_CALLS = 32
const MAX_NAME = 256
/** Characters of arguments that are read at once. */
const BLOCK = 8192
/** Characters of raw arguments kept per call, and of all calls together. */
const MAX_RAW = 131_072
const MAX_RAW_ALL = 131_072
/** Characters of string values kept for all calls together. */
const MAX_VALUES = 65_536

/** One tool call as the client puts it together. */
export interface Call {
  id: string
  /** As received, cut to 256 characters. */
  name: string
  /** The arguments as read so far. */
  view(): JsonView
  /** The arguments as text; undefined when they were too long to keep. */
  raw(): string | undefined
}

/** One entry of `delta.tool_calls`. Nothing of it is trusted. */
export interface CallDelta {
  index?: unknown
  id?: unknown
  function?: { name?: unknown; arguments?: unknown } | null
}

/** A delta that clients may group wrongly. */
export interface Oddity {
  detail: "id-missing" | "name-missing" | "index-missing" | "index-reused" | "name-repeated"
  call: Call | undefined
}

export interface Calls {
  add(delta: CallDelta): void
  /** Replaces what waits to be read by a copy of its own. */
  copyWaiting(): void
  readonly list: readonly Call[]
  /** Calls begun, the unread ones included. */
  readonly count: number
  byId(id: string): Call | undefined
  /** The first of them. */
  readonly oddity: Oddity | undefined
}

interface OpenCall extends Call {
  add(piece: string): void
  copyWaiting(): void
  /** Reads what is waiting, so that only the latest call holds unread text. */
  flush(): void
}

/**
 * Groups tool-call deltas as `@ai-sdk/openai-compatible` does: by `index`, or, without one, each as a call of its own; name and id from the
 * first fragment, arguments joined. Unlike it, an entry that repeats an index with another id and a name counts as a new call: newer versions
 * of the SDK go by id there, and joining the two would blame the server for the wrong thing.
 */
export function createCalls(): Calls {
  const budget = { raw: MAX_RAW_ALL, values: { left: MAX_VALUES } }
  const list: OpenCall[] = []
  const byIndex = new Map<number, OpenCall | undefined>()

  const note = (detail: Oddity["detail"], call: Call | undefined): void => {
    // The name again is the least of them: OpenCode's adapter does not look at it.
    if (!calls.oddity || (calls.oddity.detail === "name-repeated" && detail !== "name-repeated")) calls.oddity = { detail, call }
  }

  const begin = (index: number, delta: CallDelta): OpenCall | undefined => {
    calls.count++
    list.at(-1)?.flush()
    const name = delta.function?.name
    const call =
      list.length < MAX_CALLS
        ? createCall(typeof delta.id === "string" ? cut(delta.id, MAX_NAME) : "", typeof name === "string" ? name : "", budget)
        : undefined
    if (call) list.push(call)
    // An endless row of new indices must not fill the map.
    if (byIndex.size < MAX_CALLS * 4) byIndex.set(index, call)
    const named = typeof name === "string" && name !== ""
    if (typeof delta.index !== "number") note("index-missing", call)
    else if (!named) note("name-missing", call)
    else if (typeof delta.id !== "string" || delta.id === "") note("id-missing", call)
    return call
  }

  const calls = {
    count: 0,
    list,
    oddity: undefined as Oddity | undefined,
    add(delta: CallDelta): void {
      if (typeof delta !== "object" || delta === null) return
      const index = typeof delta.index === "number" ? delta.index : calls.count
      let call = byIndex.get(index)
      const name = delta.function?.name
      if (call === undefined && !byIndex.has(index)) call = begin(index, delta)
      else if (call && typeof name === "string" && name !== "") {
        if (typeof delta.id === "string" && delta.id !== "" && call.id !== delta.id) {
          call = begin(index, delta)
          note("index-reused", call)
        } else note("name-repeated", call)
      }
      const piece = delta.function?.arguments
      if (typeof piece === "string" && piece !== "") call?.add(piece)
    },
    copyWaiting(): void {
      for (const call of list) call.copyWaiting()
    },
    byId: (id: string): Call | undefined => list.find((call) => call.id === id),
  }
  return calls
}

function createCall(id: string, name: string, budget: { raw: number; values: KeepBudget }): OpenCall {
  const reader: JsonReader = createJsonReader(budget.values)
  let waiting = ""
  let raw: string | undefined = ""

  const flush = (): void => {
    if (waiting === "") return
    const block = waiting
    waiting = ""
    reader.feed(block)
    if (raw === undefined) return
    if (raw.length + block.length > MAX_RAW || block.length > budget.raw) {
      budget.raw += raw.length
      raw = undefined
    } else {
      raw += block
      budget.raw -= block.length
    }
  }

  return {
    id,
    name: cut(name, MAX_NAME),
    flush,
    copyWaiting() {
      if (waiting !== "") waiting = detach(waiting)
    },
    add(piece) {
      waiting += piece
      if (waiting.length >= BLOCK) flush()
    },
    view() {
      flush()
      return reader.view()
    },
    raw() {
      flush()
      return raw
    },
  }
}
