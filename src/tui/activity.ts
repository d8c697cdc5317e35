/**
 * What the session's answers do right now, by the host's events: waiting for the first token, writing, or over. Tool arguments do not
 * come as events while they stream (measured with OpenCode 1.18.33), so the rate of an answer counts its text and its thoughts.
 */

export interface Activity {
  doing: "idle" | "waiting" | "writing"
  /** Whose answer that is; undefined while idle. */
  provider?: string
  /** Waiting: when it began, milliseconds since the epoch. */
  since?: number
  /** Writing: when the first token came. */
  writingSince?: number
  /** Tokens per second of the running answer, else of the last one. */
  tokensPerSecond?: number
  /** The rate comes from the length of the text, not from the server's count. */
  estimated?: boolean
  /** Tokens that the session holds: prompt and answer of the last answer that was counted. */
  tokens?: number
}

interface Answer {
  id: string
  provider: string | undefined
  begun: number
  first?: number
  last?: number
  characters: number
  over: boolean
  /** Its arguments stream unseen, and it runs before the count comes: no rate can be told from the count. */
  calls?: boolean
  /** Of this answer, as the server counted. */
  written?: number
}

interface State {
  answer?: Answer
  /** The rate of the last answer that ended. */
  rate?: number
  tokens?: number
  busy: boolean
}

interface Counts {
  input?: number
  output?: number
  reasoning?: number
  cache?: { read?: number; write?: number }
}

interface AssistantInfo {
  id: string
  sessionID: string
  role: string
  providerID?: string
  time?: { created?: number; completed?: number }
  tokens?: Counts
  error?: unknown
}

export interface Activities {
  /** Takes an event of the host. Returns the session whose activity changed, if one did. */
  event(type: string, properties: unknown): string | undefined
  of(sessionID: string): Activity
  /** An answer of this session is being waited for or written. */
  busy(sessionID: string): boolean
  drop(sessionID: string): void
}

/** A token of English text or code is about four characters. */
const CHARACTERS_PER_TOKEN = 4
/** Shorter spans give wild rates. */
const LEAST_SPAN_MS = 500
const SESSIONS_KEPT = 50

export function createActivities(now: () => number = Date.now): Activities {
  const states = new Map<string, State>()

  const stateOf = (id: string): State => {
    const known = states.get(id)
    if (known) return known
    const fresh: State = { busy: false }
    states.set(id, fresh)
    if (states.size > SESSIONS_KEPT) states.delete(states.keys().next().value as string)
    return fresh
  }

  function onAnswer(info: AssistantInfo) {
    const state = stateOf(info.sessionID)
    if (state.answer?.id !== info.id)
      state.answer = {
        ...{ id: info.id, provider: info.providerID, begun: info.time?.created ?? now() },
        ...{ characters: 0, over: false },
      }
    const { answer } = state
    const { input = 0, output = 0, reasoning = 0, cache = {} } = info.tokens ?? {}
    const all = input + output + reasoning + (cache.read ?? 0) + (cache.write ?? 0)
    if (all > 0) {
      state.tokens = all
      answer.written = output + reasoning
      const rate = rateOf(answer, answer.calls ? answer.characters / CHARACTERS_PER_TOKEN : answer.written)
      if (rate !== undefined) state.rate = rate
    }
    answer.over ||= info.time?.completed !== undefined || info.error !== undefined
  }

  return {
    event(type, properties) {
      const p = (properties ?? {}) as {
        sessionID?: string
        info?: AssistantInfo & { id: string }
        status?: { type?: string }
        messageID?: string
        delta?: unknown
        part?: { sessionID?: string; messageID?: string; type?: string }
      }
      if (type === "message.updated" && p.info?.role === "assistant" && typeof p.info.sessionID === "string") {
        onAnswer(p.info)
        return p.info.sessionID
      }
      if (type === "message.part.delta" && typeof p.sessionID === "string") {
        const { answer } = stateOf(p.sessionID)
        if (!answer || answer.id !== p.messageID || typeof p.delta !== "string") return undefined
        answer.first ??= now()
        answer.last = now()
        answer.characters += p.delta.length
        return p.sessionID
      }
      if (type === "message.part.updated" && typeof p.part?.sessionID === "string") {
        const { answer } = stateOf(p.part.sessionID)
        // A call shows as a part when its name arrives: the wait is over without a word of text.
        if (!answer || answer.id !== p.part.messageID || p.part.type !== "tool") return undefined
        answer.first ??= now()
        answer.calls = true
        return p.part.sessionID
      }
      if (type === "session.status" && typeof p.sessionID === "string") {
        stateOf(p.sessionID).busy = p.status?.type !== "idle"
        return p.sessionID
      }
      if (type === "session.idle" && typeof p.sessionID === "string") {
        stateOf(p.sessionID).busy = false
        return p.sessionID
      }
      if (type === "session.deleted" && p.info) states.delete(p.info.id)
      return undefined
    },
    of(sessionID) {
      const state = states.get(sessionID)
      const answer = state?.answer
      const running = answer !== undefined && !answer.over && state?.busy === true
      const common = {
        ...(state?.tokens !== undefined && { tokens: state.tokens }),
        ...(running && answer.provider !== undefined && { provider: answer.provider }),
      }
      if (running && answer.first === undefined) return { ...common, doing: "waiting", since: answer.begun }
      if (running && answer.written === undefined) {
        const rate = rateOf(answer, answer.characters / CHARACTERS_PER_TOKEN)
        const { first: writingSince } = answer
        return {
          ...common,
          doing: "writing",
          writingSince,
          ...(rate !== undefined && { tokensPerSecond: rate, estimated: true }),
        }
      }
      return { ...common, doing: "idle", ...(state?.rate !== undefined && { tokensPerSecond: state.rate }) }
    },
    busy: (sessionID) => states.get(sessionID)?.busy === true,
    drop: (sessionID) => void states.delete(sessionID),
  }
}

function rateOf({ first, last }: Answer, tokens: number): number | undefined {
  if (first === undefined || last === undefined || last - first < LEAST_SPAN_MS || tokens < 2) return undefined
  return (tokens * 1000) / (last - first)
}
