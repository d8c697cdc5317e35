import { thoughtsAreOpen } from "../formats/raw.ts"
import {
  createRawReader,
  type RawEvent,
  type RawReader,
  type RawReaderOptions,
  type ToolDeclaration,
} from "../formats/readers/index.ts"
import { REASONING } from "../formats/readers/table.ts"
import type { Family } from "../knowledge/families.ts"
import { detach } from "../stream/strings.ts"
import { callId } from "./call-id.ts"
import type { RequestRead } from "./request.ts"

/** Turns raw text into the deltas of a chat completion. */
export interface Deltas {
  /** Text of the field in which the server's own reasoning parser puts thoughts. */
  reasoning(text: string, field: string): void
  /** The model's own text. */
  content(text: string): void
  /** Calls that the server read itself and that are passed on as they came. */
  serverCalls(calls: readonly unknown[]): void
  /** No more text: says what was held back. */
  end(): void
  /** The finish reason in place of the server's. */
  finish(said: string): string
  readonly calls: number
  readonly format: string | undefined
  readonly reasoningByServer: boolean
  /** The prompt had opened the thoughts, as was said before or as a closer without its opener shows. */
  readonly openedByPrompt: boolean
}

export interface DeltasOptions {
  request: RequestRead
  family: Family | undefined
  reasoning: "open" | "closed" | undefined
  sink: Sink
  /** Opens a reader of raw text; another one only in tests of what happens when it fails. */
  openReader?: (options: RawReaderOptions) => RawReader
}

/** Takes what was read, in order. */
export interface Sink {
  reasoning(text: string, field: string): void
  content(text: string): void
  call(index: number, id: string, name: string): void
  arguments(index: number, text: string): void
}

const OPEN_CALL = "{"
/** Characters that are kept for the case that reading fails; a reader that has been silent for longer is most likely fed with white space. */
const MOST_UNSAID = 8_000_000
const MOST_LEAD = 1000
const QUOTES = ["`", '"', "'"]
/** Tokens at which reasoning parsers end the thoughts without a closer. */
const CALL_OPENERS = ["<tool_call>", "<minimax:tool_call>", "<seed:tool_call>", "<|tool_calls_section_begin|>"]
/** Openers of thoughts that a parser of `<think>` does not know. */
const OPENERS = [
  ...REASONING.map(({ open }) => open).filter((open) => open !== "<think>"),
  "<|channel|>analysis",
  "<|start|>assistant",
]
const LONGEST_OPENER = Math.max(...OPENERS.map((opener) => opener.length))
/** Unsaid characters that may stand in the texts of the reads they came in. */
const MOST_SHARED = 512
const CLOSERS = REASONING.map(({ close }) => close)
/** With these an output does not go on with thoughts. */
const BEGINNINGS = ["<think>", ...OPENERS, ...CALL_OPENERS]
/** Characters of an unknown model's output that are held back while it is not clear whether they are thoughts. */
const MOST_UNDECIDED = 2048

/**
 * A call that the output breaks off is delivered as far as it goes, as vLLM's streaming parsers do: its beginning has been said and cannot be
 * unsaid. Its arguments stay unfinished JSON, so the client tells the model that they were invalid instead of running half a call. For that
 * they hold at least their opening brace: without any argument at all a client may take them for `{}`. And the answer ends with `tool_calls`,
 * as vLLM's does, unless a limit cut it: after `stop` an agent would end its loop there.
 */
export function createDeltas({ request, family, reasoning: asked, sink, openReader = createRawReader }: DeltasOptions): Deltas {
  /** Its thoughts stand in a channel, which no closer ends. */
  const channels = family?.format === "harmony"
  const foreign = channels
    ? ["<|channel|>", "<|start|>assistant"]
    : family
      ? OPENERS.filter((opener) => opener === family.reasoning?.open)
      : OPENERS
  let reader: RawReader | undefined
  let ended = false
  /** Something here failed: text is passed on unread. */
  let failed = false
  /** What the reader was given since it last said something, so that nothing is lost when it fails. */
  let unsaid = ""
  let reasoningByServer = false
  let contentCame = false
  /** White space before anything else, which does not yet show whether the server takes the thoughts out. */
  let lead = ""
  let reasoningField = "reasoning"
  /** The server's reasoning parser is another family's: what its field holds is the model's own text. */
  let untouched: boolean | undefined
  /** Beginnings of the field and of the content that do not decide yet. */
  let firstThoughts = ""
  let lastThought = ""
  /** Nobody said whether the thoughts were open. */
  const unsure = family === undefined && asked === undefined
  let orphan = false
  /** Text of which it is not clear yet whether it begins with thoughts; undefined once it is. */
  let undecided = unsure ? "" : undefined
  let begins = asked
  let index = -1
  let whole = 0
  let byServer = 0
  let argumentsCame = false

  const say = (event: RawEvent): void => {
    switch (event.type) {
      case "reasoning":
        sink.reasoning(event.text, reasoningField)
        break
      case "content":
        orphan ||= unsure && CLOSERS.some((closer) => event.text.includes(closer))
        sink.content(event.text)
        break
      case "arguments":
        argumentsCame = true
        sink.arguments(index, event.text)
        break
      case "call-start":
        index++
        argumentsCame = false
        sink.call(index, callId(reader?.format() ?? family?.format, event.name, request.earlierCalls + index), event.name)
        break
      case "call-end":
        if (event.complete) whole++
        else if (!argumentsCame) say({ type: "arguments", text: OPEN_CALL })
    }
  }

  const sayAll = (events: readonly RawEvent[]): void => {
    if (events.length > 0) unsaid = ""
    for (const event of events) say(event)
  }

  /** Text on its way to the reader. */
  const give = (given: string): void => {
    if (undecided === undefined) {
      read(given)
      return
    }
    undecided = detach(undecided + given)
    // A server that takes the thoughts out has said where they end.
    const open = reasoningByServer ? false : beginning(undecided, request.tools)
    if (open !== undefined) decide(open)
  }

  const decide = (open: boolean): void => {
    const text = undecided ?? ""
    undecided = undefined
    begins = open ? "open" : "closed"
    read(text)
  }

  const read = (given: string): void => {
    if (failed || ended) {
      say({ type: "content", text: given })
      return
    }
    // A piece keeps alive the whole read that it was cut from: what is not passed on soon is copied.
    const text = unsaid.length > MOST_SHARED ? detach(given) : given
    reader ??= openReader({
      tools: request.tools,
      family,
      reasoning: reasoningByServer ? (channels || untouched ? "closed" : "open") : begins,
    })
    if (unsaid.length > MOST_UNSAID) unsaid = ""
    unsaid += text
    try {
      sayAll(reader.push(text))
    } catch {
      giveUp()
    }
  }

  const giveUp = (): void => {
    failed = true
    const rest = unsaid
    unsaid = ""
    if (rest !== "") say({ type: "content", text: rest })
  }

  /** The text that the server's reasoning parser took away, so that one reader reads all of what the model wrote. */
  const closeReasoning = (content: string): void => {
    giveThoughts(true)
    const closer = untouched ? "</think>" : (family?.reasoning?.close ?? "</think>")
    // At the opener of a call such a parser takes nothing away, also where the opener was quoted.
    const behind = untouched ? "" : lastThought
    const kept = (untouched || QUOTES.includes(lastThought)) && CALL_OPENERS.some((opener) => content.startsWith(opener + behind))
    if (whole === 0 && (!channels || untouched) && !kept) give(closer)
  }

  /** Thoughts go to the reader once it is clear whether their own opener stands before them, which the right parser would have taken. */
  const giveThoughts = (ended: boolean): void => {
    const begin = firstThoughts.trimStart()
    if (untouched === undefined && !ended && begin.length < LONGEST_OPENER && foreign.some((opener) => opener.startsWith(begin)))
      return
    untouched ??= foreign.some((opener) => begin.startsWith(opener))
    const text = firstThoughts
    firstThoughts = ""
    if (text === "") return
    if (channels && !untouched) say({ type: "reasoning", text })
    else give(text)
  }

  return {
    reasoning(text, field) {
      reasoningByServer = true
      reasoningField = field
      lead = ""
      lastThought = text.at(-1) ?? lastThought
      if (failed || ended || contentCame) say({ type: "reasoning", text })
      else {
        firstThoughts += text
        giveThoughts(false)
      }
    },
    content(text) {
      if (!contentCame && !reasoningByServer && lead.length < MOST_LEAD && text.trim() === "") {
        lead += text
        return
      }
      lead += text
      if (!contentCame && reasoningByServer) {
        if ((untouched || QUOTES.includes(lastThought)) && CALL_OPENERS.some((opener) => opener.startsWith(lead))) return
        closeReasoning(lead)
      }
      contentCame = true
      give(lead)
      lead = ""
    },
    serverCalls(calls) {
      byServer += calls.length
      for (const call of calls) {
        const at = (call as { index?: unknown } | null)?.index
        if (typeof at === "number" && at > index) index = at
      }
    },
    end() {
      if (ended) return
      if (lead !== "" && reasoningByServer) closeReasoning(lead)
      else giveThoughts(true)
      if (lead !== "") give(lead)
      if (undecided) decide(thoughtsAreOpen(undecided, { tools: request.tools, family: undefined }))
      if (reader && !failed) {
        try {
          sayAll(reader.end())
        } catch {
          giveUp()
        }
      }
      ended = true
      unsaid = ""
    },
    finish: (said) => (said === "stop" && (index >= 0 || byServer > 0) ? "tool_calls" : said),
    get calls() {
      return whole
    },
    get format() {
      return whole > 0 ? reader?.format() : undefined
    },
    get reasoningByServer() {
      return reasoningByServer
    },
    get openedByPrompt() {
      return reasoningByServer || orphan || begins === "open"
    },
  }
}

/**
 * Whether an output of an unknown model begins inside thoughts that its prompt opened: a closer without an opener shows it. Undefined while
 * neither that nor a beginning that rules it out has come, for as long as it may be waited for.
 */
function beginning(text: string, tools: readonly ToolDeclaration[]): boolean | undefined {
  if (text.length > MOST_UNDECIDED) return thoughtsAreOpen(text, { tools, family: undefined })
  const begin = text.trimStart()
  if (BEGINNINGS.some((opener) => begin.startsWith(opener))) return false
  const closer = CLOSERS.find((close) => text.includes(close))
  // Behind anything that could begin a call the closer may be part of it, and what follows the closer may show that it is quoted.
  if (closer === undefined || /[<[{|]/.test(text.slice(0, text.indexOf(closer))) || text.endsWith(closer)) return undefined
  return thoughtsAreOpen(text, { tools, family: undefined }) || undefined
}
