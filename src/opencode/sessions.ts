/**
 * What the plugin remembers per session: the findings, what it has said already, and the answer that is running. Dropped with the
 * session; the oldest go first when a host keeps very many.
 */
import type { Finding, Inspector } from "../stream/types.ts"
import { createRecurrence, type Recurrence } from "./recurrence.ts"
import type { SwitchMemory } from "./switch-memory.ts"

export interface Session {
  id: string
  /** The assistant message that is being written, or was written last. */
  messageID?: string
  /** Provider that writes it. */
  providerID?: string
  /** The model that writes it, as the host names it. */
  modelID?: string
  /** Answers in a row that ended before their end. */
  broken?: number
  /** Tokens of the last answer with its prompt, as the host counts them. */
  tokens?: number
  /** What switches of the model left behind. */
  switching: SwitchMemory
  /** A turn runs: the host works on the session, whether an answer is being written or a tool runs. */
  working?: boolean
  /** Whether that message is still being written. */
  busy?: boolean
  /** Provider whose failure is being looked into for this session: the answer will say what is wrong. */
  explaining?: string
  /** That message is an answer of the plugin's own. */
  local?: boolean
  /** Newest part of that message that the host announced. */
  lastPartID?: string
  /** Findings, and what comes of them when they come back. */
  recurrence: Recurrence
  /** Causes a person has been told about in this session. */
  told: Set<string>
  /** Sentences that wait for a message to stand in. */
  waiting: string[]
  /** Inspectors of the answers of the current turn, newest last. */
  inspectors: Inspector[]
  /** Findings about tool calls that run now, by the id of the call. Calls that fail are not reported as over. */
  running: Map<string, Finding[]>
}

/** Inspectors kept per session: enough for the answer that runs now and the one before it. */
const INSPECTORS_KEPT = 2
const SESSIONS_KEPT = 200

export interface Sessions {
  get(id: string): Session
  peek(id: string): Session | undefined
  drop(id: string): void
  /** A copy of the list: using a session moves it within the store. */
  all(): Session[]
}

export function createSessions(): Sessions {
  const byId = new Map<string, Session>()
  return {
    get(id) {
      const known = byId.get(id)
      if (known) {
        // Re-inserted, so that the map's order is the order of last use.
        byId.delete(id)
        byId.set(id, known)
        return known
      }
      const fresh: Session = {
        id,
        recurrence: createRecurrence(),
        told: new Set(),
        waiting: [],
        inspectors: [],
        running: new Map(),
        switching: {},
      }
      byId.set(id, fresh)
      if (byId.size > SESSIONS_KEPT) {
        const oldest = byId.keys().next().value
        if (oldest !== undefined) byId.delete(oldest)
      }
      return fresh
    },
    peek: (id) => byId.get(id),
    drop: (id) => void byId.delete(id),
    all: () => [...byId.values()],
  }
}

/** Remembers a running answer's inspector. */
export function addInspector(session: Session, inspector: Inspector): void {
  session.inspectors.push(inspector)
  if (session.inspectors.length > INSPECTORS_KEPT) session.inspectors.shift()
}
