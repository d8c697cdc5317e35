/**
 * The few things the plugin asks of its host, each of which may fail without consequence. Everything else in this folder talks to
 * this port, so that a test can put a recorder in its place and another host version needs only another port.
 */
import type { PluginInput } from "@opencode-ai/plugin"

export type LogLevel = "debug" | "info" | "warn" | "error"
export type ToastVariant = "info" | "success" | "warning" | "error"

export interface Toast {
  message: string
  variant: ToastVariant
  /** Milliseconds. */
  duration: number
}

export interface NewPart {
  sessionID: string
  messageID: string
  text: string
  /** Id of a part after which this one is to stand; without it the part stands first. */
  after?: string
}

/** A provider as the host has resolved it: environment and file references replaced, stored key included. */
export interface ResolvedProvider {
  id: string
  key?: string
  options: Record<string, unknown>
  models: Record<string, unknown>
}

/** A model as the host names it. */
export interface ModelRef {
  providerID: string
  modelID: string
}

export interface Host {
  log(level: LogLevel, message: string, extra?: Record<string, unknown>): void
  toast(toast: Toast): void
  /** Adds a line of the plugin's own to a message. Resolves to whether the host took it. */
  putPart(part: NewPart): Promise<boolean>
  providers(): Promise<ResolvedProvider[] | undefined>
  /** Tokens that the last answer of a session counted, prompt included; undefined where there is none. */
  tokensOf(sessionID: string): Promise<number | undefined>
  /** The models that the user messages of a session were meant for, oldest first. */
  modelsOf(sessionID: string): Promise<ModelRef[]>
  /**
   * Puts a message without words into a session, so that what runs in it goes on with this model, and what comes later begins with it. With
   * the id of the newest user message, it is that one which gets the model. Resolves to whether the host took it.
   */
  useModel(sessionID: string, model: ModelRef, messageID?: string): Promise<boolean>
  /** Sends a text to the plugin's half in the terminal interface (tui-messages.ts). */
  publish(command: string): Promise<void>
  /** Whether this instance has anything that would end with it: work, questions to the person, terminals, MCP servers. Not known: yes. */
  inUse(): Promise<boolean>
  /** Makes the host read its configuration and plugins again. Ends what runs. */
  reload(): Promise<void>
}

/** Tokens of an answer as the host counts them. */
export interface TokenCount {
  input?: number
  output?: number
  reasoning?: number
  cache?: { read?: number; write?: number }
}

function tokensIn({ input = 0, output = 0, reasoning = 0, cache = {} }: TokenCount): number {
  return input + output + reasoning + (cache.read ?? 0) + (cache.write ?? 0)
}

/** Tokens that a session holds after an answer: of a summary only what it says, because what it was made of is gone from the history. */
export function tokensLeft({ tokens = {}, summary }: { tokens?: TokenCount; summary?: unknown }): number {
  return summary === true ? tokensIn({ output: tokens.output, reasoning: 0 }) : tokensIn(tokens)
}

/** Key under which the plugin marks its own parts, so that they can be kept from the model. */
export const MARK = "opencode-vllm"

/** Whether a message is the plugin's own, by which a switch is told to the host. */
export function tellsSwitch(parts: readonly { metadata?: Record<string, unknown> }[]): boolean {
  return parts.some((part) => (part.metadata?.[MARK] as { switch?: unknown } | undefined)?.switch === true)
}

const SERVICE = "opencode-vllm"

/**
 * Part ids of OpenCode are `prt_` + 12 hexadecimal digits of time + 14 random characters, and parts are shown in the order of their
 * ids. A new id with the time of `after` and a random tail that sorts late stands right behind it (seen in OpenCode 1.18.33).
 */
export function partIdAfter(after: string, random: () => number = Math.random): string {
  const time = after.replace(/^[a-z]+_/, "").slice(0, 12)
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
  let tail = "zz"
  while (tail.length < 14) tail += alphabet[Math.floor(random() * alphabet.length)]
  return `prt_${time}${tail}`
}

/**
 * The port over OpenCode's in-process client. None of its functions may be called before `server()` and `config` have returned:
 * OpenCode 1.18 dead-locks then.
 */
export function createHost(client: PluginInput["client"]): Host {
  const quietly = async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await call()
    } catch {
      return undefined
    }
  }
  // The generated v1 client has no method for some routes; its underlying HTTP client is a documented escape of the generator.
  type Call = (o: object) => Promise<{ response?: Response; data?: unknown }>
  const raw = (client as unknown as { _client: { patch: Call; get: Call } })._client
  /** What a route answers that lists things by number or name; undefined where it does not. */
  const listed = async (url: string) => {
    const { data } = (await quietly(() => raw.get({ url }))) ?? {}
    return typeof data === "object" && data !== null ? Object.values(data as Record<string, unknown>) : undefined
  }

  return {
    log(level, message, extra) {
      void quietly(() => client.app.log({ body: { service: SERVICE, level, message, ...(extra && { extra }) } }))
    },
    toast({ message, variant, duration }) {
      void quietly(() => client.tui.showToast({ body: { message, variant, duration } }))
    },
    async putPart({ sessionID, messageID, text, after }) {
      const id = partIdAfter(after ?? messageID)
      const now = Date.now()
      const body = {
        id,
        sessionID,
        messageID,
        type: "text",
        text,
        synthetic: true,
        ignored: true,
        time: { start: now, end: now },
        metadata: { [MARK]: { note: true } },
      }
      const answer = await quietly(() =>
        raw.patch({
          url: "/session/{sessionID}/message/{messageID}/part/{partID}",
          path: { sessionID, messageID, partID: id },
          headers: { "content-type": "application/json" },
          body,
        }),
      )
      return answer?.response?.ok === true
    },
    async providers() {
      const answer = await quietly(() => client.config.providers())
      return answer?.data?.providers as ResolvedProvider[] | undefined
    },
    async tokensOf(sessionID) {
      const answer = await quietly(() => client.session.messages({ path: { id: sessionID } }))
      const counts = (answer?.data ?? []).map(({ info }) => (info.role === "assistant" ? tokensLeft(info) : 0))
      return counts.findLast((count) => count > 0)
    },
    async modelsOf(sessionID) {
      const answer = await quietly(() => client.session.messages({ path: { id: sessionID } }))
      return (answer?.data ?? []).flatMap(({ info }) => (info.role === "user" && info.model ? [info.model] : []))
    },
    async useModel(sessionID, model, messageID) {
      const metadata = { [MARK]: { switch: true } }
      const parts = [{ type: "text" as const, text: "The model was switched.", synthetic: true, ignored: true, metadata }]
      const answer = await quietly(() =>
        client.session.prompt({
          path: { id: sessionID },
          body: { noReply: true, model, parts, ...(messageID !== undefined && { messageID }) },
        }),
      )
      return answer?.data !== undefined
    },
    async publish(command) {
      await quietly(() => client.tui.publish({ body: { type: "tui.command.execute", properties: { command } } }))
    },
    async inUse() {
      const is = (one: unknown, key: string) => (one as Record<string, unknown> | null)?.[key]
      const [sessions, mcp, ...rest] = await Promise.all(
        ["/session/status", "/mcp", "/permission", "/question", "/pty"].map(listed),
      )
      if (!sessions || !mcp || sessions.some((one) => is(one, "type") !== "idle")) return true
      return mcp.some((one) => is(one, "status") === "connected") || rest.some((all) => !all || all.length > 0)
    },
    async reload() {
      await quietly(() => client.instance.dispose())
    },
  }
}
