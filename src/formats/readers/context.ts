import { type Input, placeOf, type Reading } from "./input.ts"
import type { DeclaredTools } from "./tools.ts"

/** What a reader found, in the order of the text. */
export type RawEvent =
  | { type: "reasoning"; text: string }
  | { type: "content"; text: string }
  /** `at`: place of the call's first delimiter in the whole output, in UTF-16 units. */
  | { type: "call-start"; name: string; at: number }
  /** A piece of the arguments; the pieces of a complete call, joined, are one JSON object. */
  | { type: "arguments"; text: string }
  /** `complete` is false where the output ended or broke in the middle of the arguments. `at`: place behind the call. */
  | { type: "call-end"; complete: boolean; at: number }

/** What all readers of one output share. */
export interface Context {
  tools: DeclaredTools
  /** Delimiters that may follow a call, so that its end is sure: tokens that end a turn, the closer of the thoughts. */
  followers: readonly string[]
  /** Characters that may still be read twice: a hostile text must not make the reader start over without end. */
  spare: number
  /** Values are written on the line of their tags, so that newlines in them are their own; undefined before the first. */
  compact: boolean | undefined
  /** Id of the format of the last call. */
  format: string | undefined
  startCall(input: Input, name: string): void
  addArguments(text: string): void
  endCall(input: Input, complete: boolean): void
}

/** One way to write calls. */
export interface Format {
  id: string
  /** Literals with which calls begin. */
  openers: readonly string[]
  /** The openers are ordinary characters, which count only where a line begins with them, and not in thoughts. */
  bare?: boolean
  /**
   * Reads calls from an opener on. False: these are none, and nothing was reported. True: at least one call was reported, and the place is
   * behind the last.
   */
  read(input: Input, context: Context): Reading<boolean>
}

/** Characters that one output may have read twice in all. */
const SPARE = 4_000_000

export function createContext(tools: DeclaredTools, followers: readonly string[], report: (event: RawEvent) => void): Context {
  return {
    tools,
    followers,
    spare: SPARE,
    compact: undefined,
    format: undefined,
    startCall(input, name) {
      report({ type: "call-start", name, at: input.keep ?? placeOf(input) })
      input.keep = undefined
    },
    addArguments(text) {
      if (text !== "") report({ type: "arguments", text })
    },
    endCall(input, complete) {
      report({ type: "call-end", complete, at: placeOf(input) })
    },
  }
}
