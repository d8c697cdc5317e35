/** What `/vllm-status` and the agent's tool answer. */
import type { Endpoint, EndpointReport } from "../endpoint/types.ts"
import { version } from "../version.ts"
import type { Discovery } from "./discovery.ts"
import type { Health } from "./health.ts"
import type { Answer } from "./local-answer.ts"
import { pieces } from "./pieces.ts"
import type { Rescuers } from "./rescuers.ts"
import type { Sessions } from "./sessions.ts"
import type { Waiting } from "./waiting.ts"

export interface PagesOptions {
  endpoints(): Endpoint[]
  health: Health
  sessions: Sessions
  rescuers: Rescuers
  discovery: Discovery
  waiting: Waiting
}

export interface PageOptions {
  /** A few lines for the agent. */
  compact?: boolean
  /** Reports made for this page; default: looks now. */
  reports?: EndpointReport[]
}

export interface Pages {
  page(sessionID: string, args: string | undefined, options?: PageOptions): Promise<string>
  /** The page; with `--deep` after asking the session's model some questions. */
  answer(sessionID: string, args: string): Answer | Promise<string>
}

const wordsOf = (args: string | undefined) => (args ?? "").split(/\s+/).filter(Boolean)
const providerIn = (words: readonly string[]) => words.find((word) => !word.startsWith("--"))

export function createPages({ endpoints, health, sessions, rescuers, discovery, waiting }: PagesOptions): Pages {
  async function page(sessionID: string, args: string | undefined, { compact, reports: given }: PageOptions = {}) {
    const words = wordsOf(args)
    const wanted = providerIn(words)
    const known = endpoints().map((e) => e.provider ?? e.url)
    if (wanted && !known.includes(wanted)) {
      return `No watched provider is called \`${wanted.replaceAll("`", "")}\`. Watched: ${known.map((k) => `\`${k}\``).join(", ") || "none"}.`
    }
    const asked = words.includes("--rescue") ? true : words.includes("--no-rescue") ? false : undefined
    const answer = asked === undefined ? undefined : rescuers.consent(asked, wanted)
    const [reports, { statusPage }] = await Promise.all([given ?? health.current(wanted), import("./late.ts")])
    return statusPage({
      reports,
      lastSeen: (url) => discovery.last(url),
      waiting: waiting.now(wanted),
      findings: sessions.peek(sessionID)?.recurrence.counters() ?? [],
      rescues: rescuers.states(wanted),
      rescueAnswer: answer,
      version,
      compact,
    })
  }

  return {
    page,
    answer(sessionID, args) {
      const words = wordsOf(args)
      if (!words.includes("--deep")) return page(sessionID, args)
      const { providerID, modelID } = sessions.get(sessionID)
      return pieces(async (say) => {
        const { deepLook } = await import("./late.ts")
        const wanted = providerIn(words) ?? providerID
        const endpoint = endpoints().find((one) => one.provider === wanted)
        const report = endpoint && (await health.now(wanted ?? ""))
        if (!endpoint || !report) return page(sessionID, args)
        const model = endpoint.models?.find(({ key }) => key === modelID)?.id ?? modelID
        return page(sessionID, args, { reports: [await deepLook({ endpoint, report, model, say })] })
      })
    },
  }
}
