import { type CallFormat, type Family, familyById } from "../../knowledge/families.ts"
import { type Context, createContext, type RawEvent } from "./context.ts"
import { type Frame, readFrame } from "./frame.ts"
import { HARMONY_START, readHarmony } from "./harmony.ts"
import { addText, createInput, type Input, type Reading } from "./input.ts"
import { expect } from "./match.ts"
import { type Outlet, openOutlet } from "./outlet.ts"
import { frameOf } from "./table.ts"
import { declareTools, type ToolDeclaration } from "./tools.ts"

export type { RawEvent } from "./context.ts"
export type { ToolDeclaration } from "./tools.ts"

export interface RawReaderOptions {
  /** How calls are written; told from the text when neither this nor the family is given. */
  format?: CallFormat
  /** The model's family, or its id. */
  family?: Family | string
  /** Only these become calls. */
  tools: readonly ToolDeclaration[]
  /** "open": the prompt ended inside the thoughts, so the output begins with them. Without it, the family says what its template does. */
  reasoning?: "open" | "closed"
}

export interface RawReader {
  /** Takes the next piece of the output and says what is sure. */
  push(text: string): RawEvent[]
  /** Says the rest. */
  end(): RawEvent[]
  /** How the calls so far were written, undefined before the first. */
  format(): string | undefined
}

/**
 * Reads what a model writes, before any server's parser, piece by piece: its thoughts, its text and its calls. The same events, joined,
 * whatever the pieces were. What cannot be read as a call of a declared tool is text.
 */
export function createRawReader(options: RawReaderOptions): RawReader {
  const family = typeof options.family === "string" ? familyById(options.family) : options.family
  const known = options.format ?? family?.format
  const frame = frameOf({ format: options.format, family })
  const open = (options.reasoning ?? (family?.templateOpensThinking ? "open" : "closed")) === "open"
  let events: RawEvent[] = []
  const report = (event: RawEvent): void => {
    const last = events.at(-1)
    if (last && last.type === event.type && "text" in last && "text" in event) last.text += event.text
    else events.push(event)
  }
  const input = createInput()
  const outlet = openOutlet(open ? "reasoning" : "content", report)
  const followers = [...frame.turnEnds, ...frame.reasoning.map(({ close }) => close)]
  const context = createContext(declareTools(options.tools), followers, report)
  const reading = readOutput(input, context, outlet, frame, known)
  let waiting: string[] = []
  let waitingLength = 0
  let wanted = 1

  const go = (): RawEvent[] => {
    if (waiting.length > 0) addText(input, waiting.length === 1 ? (waiting[0] as string) : waiting.join(""))
    waiting = []
    waitingLength = 0
    const step = reading.next()
    wanted = step.done ? Number.POSITIVE_INFINITY : step.value
    const found = events
    events = []
    return found
  }

  return {
    push(text) {
      if (text === "" || input.ended) return []
      waiting.push(text)
      waitingLength += text.length
      return waitingLength >= wanted ? go() : []
    },
    end() {
      if (input.ended) return []
      input.ended = true
      const found = go()
      outlet.end()
      found.push(...events)
      events = []
      return found
    },
    format: () => context.format,
  }
}

/** Harmony has a frame of its own: everything in it stands in channels. */
function* readOutput(input: Input, context: Context, outlet: Outlet, frame: Frame, known: CallFormat | undefined): Reading<void> {
  const harmony = known === "harmony" || (known === undefined && (yield* expect(input, HARMONY_START)) !== undefined)
  yield* harmony ? readHarmony(input, context, outlet) : readFrame(input, context, outlet, frame)
}
