/**
 * What a bug report needs: for each cause of each session the stream of the last answer that showed it, and the request that it answered.
 * Kept in memory only, and bounded; written to disk when a person asks for it, without keys, and without prompts unless the person wants them.
 */
import { mkdir, writeFile } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { redact } from "../endpoint/text.ts"
import type { Finding, Inspector } from "../stream/types.ts"
import { causeOf } from "./recurrence.ts"

/** Kept of one stream: the first and the last bytes, each so many. */
const KEPT_BYTES = 256 * 1024
/** Longer requests are kept without their middle. */
const KEPT_REQUEST = 1024 * 1024
/** Answers, and their bytes together, over all sessions. */
const KEPT_ANSWERS = 40
const KEPT_ALL_BYTES = 24 * 1024 * 1024

export interface Asked {
  sessionID: string | undefined
  /** The session that started it, where it is a sub-agent's: what is found is said there. */
  parentID?: string | undefined
  provider: string
  /** Body of the request. */
  request: string | undefined
}

interface Kept {
  sessionID: string
  parentID?: string | undefined
  provider: string
  request: string | undefined
  findings: readonly Finding[]
  stream: Uint8Array
  /** Bytes left out of the middle of the stream. */
  left: number
  at: number
}

export interface EvidenceOptions {
  /** Version of the plugin. */
  version: string
  /** Keys and header values of a provider, which must not leave the machine. */
  secrets(provider: string): readonly string[]
  /** What is known of its server, one line. */
  server?(provider: string): string | undefined
  /** Where the files go; default: the user's state folder. */
  folder?: string
  now?: () => number
}

export interface Evidence {
  /** The same inspector; what it finds faulty is kept. */
  watch(asked: Asked, inspector: Inspector): Inspector
  /** Causes of the answers that are kept of this session. */
  kept(sessionID: string): string[]
  /** Writes what is kept. Never throws. */
  write(sessionID: string, cause: string, options: { prompts: boolean }): Promise<{ path: string } | { problem: string }>
  drop(sessionID: string): void
}

export function createEvidence({ version, secrets, server, folder = stateFolder(), now = Date.now }: EvidenceOptions): Evidence {
  /** The oldest first. */
  let all: Kept[] = []

  function keep(one: Kept) {
    const seen = new Set<string>()
    // An answer is of no use any more when newer ones of its session show all of its causes.
    const useful = [...all, one].reverse().filter(({ sessionID, findings }) => {
      if (sessionID !== one.sessionID) return true
      const fresh = findings.map(causeOf).filter((cause) => !seen.has(cause))
      for (const cause of fresh) seen.add(cause)
      return fresh.length > 0
    })
    let bytes = 0
    const fits = useful.findIndex((kept, i) => {
      bytes += kept.stream.length + (kept.request?.length ?? 0)
      return i > 0 && (i >= KEPT_ANSWERS || bytes > KEPT_ALL_BYTES)
    })
    all = useful.slice(0, fits < 0 ? undefined : fits).reverse()
  }
  const of = (id: string) => all.filter(({ sessionID, parentID }) => sessionID === id || parentID === id)

  return {
    watch({ sessionID, parentID, provider, request }, inspector) {
      if (sessionID === undefined) return inspector
      const record = createRecord(KEPT_BYTES)
      // The rest of the inspector stays what it is, getters included.
      return Object.assign(Object.create(inspector) as Inspector, {
        push(bytes: Uint8Array) {
          record.add(bytes)
          inspector.push(bytes)
        },
        end(how: Parameters<Inspector["end"]>[0]) {
          const report = inspector.end(how)
          if (report.findings.length > 0)
            keep({
              ...{ sessionID, parentID, provider, request: shortened(request), findings: report.findings },
              ...record.take(),
              at: now(),
            })
          return report
        },
      })
    },
    kept: (sessionID) => [...new Set(of(sessionID).flatMap(({ findings }) => findings.map(causeOf)))],
    async write(sessionID, cause, { prompts }) {
      const kept = of(sessionID).findLast(({ findings }) => findings.some((finding) => causeOf(finding) === cause))
      if (!kept)
        return { problem: "Nothing is kept of this finding: it is only counted, too old, or of an OpenCode that has ended." }
      const hidden = secrets(kept.provider)
      const safe = (text: string) => withoutKeys(redact(text, hidden))
      const request = kept.request === undefined ? undefined : prompts ? kept.request : withoutPrompts(kept.request)
      const stamp = new Date(kept.at).toISOString().replace(/[-:]/g, "").slice(0, 15)
      const path = join(folder, `${stamp}-${cause.replace(/[^\w-]+/g, "-")}`)
      try {
        await mkdir(path, { recursive: true, mode: 0o700 })
        const write = (name: string, text: string) => writeFile(join(path, name), safe(text), { mode: 0o600 })
        await write("response.sse", new TextDecoder().decode(kept.stream))
        if (request !== undefined) await write("request.json", request)
        await write("findings.md", summary(kept, { version, prompts, server: server?.(kept.provider) }))
        return { path }
      } catch (error) {
        const code = (error as { code?: unknown } | undefined)?.code
        return { problem: `The files could not be written to ${path}${typeof code === "string" ? ` (${code})` : ""}.` }
      }
    },
    drop(id) {
      all = all.filter(({ sessionID }) => sessionID !== id)
    },
  }
}

function stateFolder(): string {
  return join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "opencode-vllm", "evidence")
}

/** The first and the last bytes of a stream, whatever its length. */
function createRecord(most: number) {
  const head: Uint8Array[] = []
  let headBytes = 0
  let tail: Uint8Array[] = []
  let tailBytes = 0
  let left = 0
  return {
    add(bytes: Uint8Array) {
      const room = most - headBytes
      if (room > 0) {
        // A copy: whoever reads the stream may use the chunk's memory again.
        const part = bytes.slice(0, room)
        head.push(part)
        headBytes += part.length
      }
      if (bytes.length <= room) return
      const rest = bytes.slice(Math.max(0, room))
      tail.push(rest)
      tailBytes += rest.length
      while (tailBytes - (tail[0]?.length ?? 0) >= most) {
        const gone = tail.shift()?.length ?? 0
        tailBytes -= gone
        left += gone
      }
    },
    take() {
      const begin = joined(head)
      const end = joined(tail)
      tail = []
      if (left === 0) return { stream: joined([begin, end]), left }
      // Both halves of a line that was cut would be read as one broken event.
      const [upTo, from] = [begin.lastIndexOf(NEWLINE) + 1, end.indexOf(NEWLINE) + 1]
      const stream = joined([begin.subarray(0, upTo), end.subarray(from)])
      return { stream, left: left + begin.length - upTo + from }
    },
  }
}

const NEWLINE = 10

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function shortened(request: string | undefined): string | undefined {
  if (request === undefined || request.length <= KEPT_REQUEST) return request
  return JSON.stringify({
    ...object(withoutPrompts(request)),
    note: `The request had ${request.length} characters; its texts are left out.`,
  })
}

/** What looks like a key, whoever's it is. */
function withoutKeys(text: string): string {
  return text
    .replace(/\b(Bearer|Basic)\s+[\w.~+/-]{8,}=*/gi, "$1 ***")
    .replace(/\b(?:sk|hf|ghp|gho|ghs|glpat|xox[abp]|nvapi|AKIA)[-_]?[A-Za-z0-9_-]{16,}/g, "***")
}

/** The request's form without what people and tools wrote: lengths stand for texts. Empty where it is no JSON. */
export function withoutPrompts(request: string): string {
  try {
    const body = JSON.parse(request) as Record<string, unknown>
    const { messages, input, system, instructions, tools, prompt, user, metadata, safety_identifier, ...rest } = body
    const texts = { messages, input, system, instructions, prompt, user, metadata, safety_identifier }
    const known = Object.entries(texts).filter(([, value]) => value !== undefined)
    return JSON.stringify(
      {
        ...rest,
        ...Object.fromEntries(known.map(([key, value]) => [key, lengths(value, key)])),
        ...(tools !== undefined && { tools: described(tools) }),
      },
      null,
      1,
    )
  } catch {
    return ""
  }
}

/** Words of the request's own form, which say nothing of anybody. */
const FORM: ReadonlySet<string> = new Set(["role", "type", "id", "call_id", "tool_call_id", "tool_use_id", "name", "status"])

function lengths(value: unknown, key = ""): unknown {
  if (typeof value === "string") return FORM.has(key) ? value : `[${value.length} characters]`
  if (Array.isArray(value)) return value.map((one) => lengths(one))
  if (typeof value !== "object" || value === null) return value
  // The arguments of a call that are an object hold texts under any name, and so does what people write beside a request.
  const inner = key === "input" || key === "arguments" || key === "metadata"
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, lengths(v, inner ? "" : k)]))
}

/** Tools keep their schema, which the fault may lie in, and lose their descriptions. */
function described(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(described)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [
      k,
      k === "description" && typeof v === "string" ? `[${v.length} characters]` : described(v),
    ]),
  )
}

function object(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

function summary(
  kept: Kept,
  { version, prompts, server }: { version: string; prompts: boolean; server: string | undefined },
): string {
  const lines = kept.findings.map(
    ({ kind, detail, tool, field, cause, fix, reference }) =>
      `- ${kind}${detail ? ` (${detail})` : ""}${tool ? ` in ${tool}` : ""}${field ? `, field ${field}` : ""}\n  ${cause}\n  ${fix}${reference ? `\n  ${reference}` : ""}`,
  )
  return [
    "# A faulty answer of an LLM server",
    [`Time: ${new Date(kept.at).toISOString()}`, server && `Server: ${server}`, `opencode-vllm ${version}, ${process.platform}`]
      .filter(Boolean)
      .join("\n"),
    lines.join("\n"),
    [
      "`response.sse` is what the server sent; it holds the model's own words.",
      ...(kept.left > 0 ? [`${kept.left} bytes of its middle are left out.`] : []),
      prompts
        ? "`request.json` is the request, with all prompts and results of tools."
        : "`request.json` is the request; lengths stand for its texts.",
      "Keys are removed from both. Read them before you give them to anybody.",
      "`opencode-vllm inspect response.sse --request request.json` repeats the finding.",
    ].join("\n"),
    "",
  ].join("\n\n")
}
