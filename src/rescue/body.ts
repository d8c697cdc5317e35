import { familyOfModel } from "../knowledge/families.ts"
import { bytesAsText } from "../stream/byte-text.ts"
import { encode, joined } from "./bytes.ts"
import { createDeltas, type Deltas, type Sink } from "./deltas.ts"
import { familyOf, familyThatWrites, type RawReading } from "./end.ts"
import type { Json } from "./json.ts"
import { readRequest } from "./request.ts"
import { createTally } from "./tally.ts"
import { createTranslator } from "./translator.ts"
import { translateWhole } from "./whole.ts"

export interface RescueOptions extends RawReading {
  /** The original chat request, as an object or as JSON text; its tools are the declared ones. */
  request: Json | string
}

/** Turns the bytes of one body into others. */
export interface Body {
  push(bytes: Uint8Array): string | Uint8Array | undefined
  end(): string | Uint8Array | undefined
}

/** Bytes of a JSON answer beyond which it is passed on as it is. */
const MAX_WHOLE = 8 * 1024 * 1024
/** Pieces of a body after which its first character is not waited for any longer. */
const MOST_BLANK = 1000
/** A byte order mark, with one character per byte. */
const MARK = "\u00ef\u00bb\u00bf"
const SSE_FIELDS = ["data", "event", "id", "retry", ":"]

/** A body translated, whatever kind it proves to be, and the report of it for `onEnd`, which the caller makes once. */
export function createBody({ request, family: given, reasoning: prompted, onEnd }: RescueOptions): {
  body: Body
  report(): void
} {
  const read = readRequest(request)
  const family = familyOf(given) ?? familyOfModel({ id: read.model })
  const reasoning = prompted ?? (read.thinkingOff(family?.thinking?.key) ? "closed" : undefined)
  const tally = createTally()
  let latest: Deltas | undefined
  let calls = 0
  const deltas = (sink: Sink, begins = reasoning): Deltas => {
    calls += latest?.calls ?? 0
    latest = createDeltas({ request: read, family, reasoning: begins, sink })
    return latest
  }

  const stream = (): Body => {
    const translator = createTranslator({ tally, deltas })
    let begun = false
    return {
      push(bytes) {
        const text = bytesAsText(bytes)
        if (begun) return translator.push(text)
        begun = true
        // A byte order mark is none of the first event's.
        return translator.push(text.startsWith(MARK) ? text.slice(MARK.length) : text)
      },
      end: () => translator.end(),
    }
  }
  const whole = (): Body => keepWhole((text) => translateWhole(text, { tally, tools: read.tools, deltas, reasoning, family }))

  let first: Uint8Array[] = []
  let body: Body | undefined
  const decide = (ended: boolean): Body | undefined => {
    const kind = kindOf(new TextDecoder().decode(joined(first)))
    // Blank lines, with which proxies keep a connection open.
    const long = kind === "more" && first.length > MOST_BLANK
    if (kind === "more" && !ended && !long) return undefined
    return kind === "stream" || long ? stream() : kind === "json" ? whole() : asItIs
  }
  const start = (ended: boolean): string | Uint8Array | undefined => {
    body = decide(ended)
    if (!body) return undefined
    const bytes = joined(first)
    first = []
    return body.push(bytes)
  }

  return {
    body: {
      push(bytes) {
        if (body) return body.push(bytes)
        first.push(bytes)
        return start(false)
      },
      end() {
        const before = body ? undefined : start(true)
        const rest = body?.end()
        return before === undefined ? rest : joined([bytesOf(before), bytesOf(rest)])
      },
    },
    report() {
      if (!onEnd) return
      const format = latest?.format
      try {
        onEnd({
          format,
          family: family?.id ?? familyThatWrites(format, latest?.openedByPrompt ?? false),
          calls: calls + (latest?.calls ?? 0),
          swallowed: tally.swallowed(calls + (latest?.calls ?? 0), read.stopLength),
          promptTokens: tally.promptTokens,
          completionTokens: tally.completionTokens,
          reasoningByServer: latest?.reasoningByServer ?? false,
        })
      } catch {
        // The answer goes on whatever becomes of the report.
      }
    },
  }
}

const asItIs: Body = { push: (bytes) => bytes, end: () => undefined }

/** What a body is shows in its first characters; content types are often wrong. */
function kindOf(text: string): "stream" | "json" | "other" | "more" {
  const begin = text.replace(/^[\s\uFEFF]+/, "").slice(0, 8)
  if (begin === "") return "more"
  if (begin.startsWith("{")) return "json"
  if (SSE_FIELDS.some((field) => begin.startsWith(field))) return "stream"
  return SSE_FIELDS.some((field) => field.startsWith(begin)) ? "more" : "other"
}

/** Collects a JSON document and hands it over as a whole. */
function keepWhole(translate: (text: string) => string | undefined): Body {
  let kept: Uint8Array[] | undefined = []
  let length = 0
  return {
    push(bytes) {
      if (!kept) return bytes
      kept.push(bytes)
      length += bytes.length
      if (length <= MAX_WHOLE) return undefined
      const all = joined(kept)
      kept = undefined
      return all
    },
    end() {
      if (!kept) return undefined
      const all = joined(kept)
      return translate(new TextDecoder().decode(all)) ?? all
    },
  }
}

const bytesOf = (what: string | Uint8Array | undefined): Uint8Array =>
  typeof what === "string" ? encode(what) : (what ?? new Uint8Array())
