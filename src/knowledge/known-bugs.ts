/**
 * Bugs of servers that a newer version has without: for people whose flags are right already. Each version has its source: for vLLM and SGLang the
 * published package before it has the old code and the one named has the new; for Ollama it is the first tag that holds the fixing commit.
 */
import { isBefore } from "./versions.ts"

export interface KnownBug {
  /** Kind of server, as the health check names it. */
  server: string
  /** Finding kinds it shows as, some of them in one sub-class only (`arguments-invalid:not-json`). */
  shows: readonly string[]
  /** Family ids it is limited to; absent: any. */
  families?: readonly string[]
  /** First release with the fix. */
  fixedIn: string
  /** `owner/repo#number`. */
  thread: string
  /** What goes wrong, to follow the number in a sentence. */
  what: string
}

export const KNOWN_BUGS: readonly KnownBug[] = [
  {
    // The parser has `max_section_chars = 8192` up to 0.19.1. Rewritten by #38579.
    server: "vllm",
    shows: ["arguments-invalid:not-json", "markup-in-content", "special-token-in-content", "output-swallowed"],
    families: ["kimi-k2"],
    fixedIn: "0.20.0",
    thread: "vllm-project/vllm#37184",
    what: "which cuts calls after 8 KB and lets their markup through",
  },
  {
    // 0.16.0 has a reasoning parser of its own for Kimi (#33646); before, it was DeepSeek's, which knows no calls.
    server: "vllm",
    shows: ["call-in-reasoning"],
    families: ["kimi-k2"],
    fixedIn: "0.16.0",
    thread: "vllm-project/vllm#33646",
    what: "which keeps a call as reasoning when the model does not close its thinking first",
  },
  {
    // The reasoning parser knows `<tool_call>` from 0.20.0 on (#35687).
    server: "vllm",
    shows: ["call-in-reasoning"],
    families: ["qwen3", "qwen3-thinking", "qwen3.5"],
    fixedIn: "0.20.0",
    thread: "vllm-project/vllm#35687",
    what: "which keeps a call as reasoning when the model does not close its thinking first",
  },
  {
    // Up to 0.23.0 the reasoning parser is DeepSeek R1's; 0.24.0 has one that ends the thinking at a call (#45755).
    server: "vllm",
    shows: ["call-in-reasoning"],
    families: ["nemotron3"],
    fixedIn: "0.24.0",
    thread: "vllm-project/vllm#45755",
    what: "which keeps a call as reasoning when the model does not close its thinking first",
  },
  {
    // The maintainer's list of what the new parser cures stands in #45915; 0.24.0 is the first release with it.
    server: "vllm",
    shows: ["call-in-reasoning"],
    families: ["glm-4.7"],
    fixedIn: "0.24.0",
    thread: "vllm-project/vllm#45915",
    what: "which keeps a call as reasoning when the model does not close its thinking first",
  },
  {
    server: "vllm",
    shows: ["finish-without-call", "output-swallowed"],
    families: ["glm-4.7"],
    fixedIn: "0.24.0",
    thread: "vllm-project/vllm#44326",
    what: "which drops calls without arguments",
  },
  {
    // Rewritten by #39253.
    server: "vllm",
    shows: ["arguments-invalid:not-json", "arguments-invalid:missing-required"],
    families: ["glm-4.5", "glm-4.7"],
    fixedIn: "0.20.0",
    thread: "vllm-project/vllm#34449",
    what: "which loses arguments with speculative decoding or `--stream-interval` above 1",
  },
  {
    // Also in the release notes of 0.20.0. DeepSeek V4 itself came with that release.
    server: "vllm",
    shows: ["markup-in-content", "call-in-content"],
    families: ["deepseek-v3.2"],
    fixedIn: "0.20.0",
    thread: "vllm-project/vllm#40806",
    what: "which lets parts of calls through as text",
  },
  {
    // In 0.30.0 a value also ends where the next one begins (#54838).
    server: "vllm",
    shows: ["markup-in-arguments"],
    families: ["deepseek-v3.2", "deepseek-v4"],
    fixedIn: "0.30.0",
    thread: "vllm-project/vllm#53227",
    what: "where a value swallows the next one when the model leaves a closing tag out",
  },
  {
    // New parser (#45588), confirmed by the reporter; 0.24.0 is the first release with it.
    server: "vllm",
    shows: ["markup-in-arguments", "markup-in-content", "special-token-in-content"],
    families: ["gemma4"],
    fixedIn: "0.24.0",
    thread: "vllm-project/vllm#44522",
    what: "which lets the model's quotation marks through",
  },
  {
    // Fixed by #6715.
    server: "sglang",
    shows: ["stream-shape:index-reused"],
    fixedIn: "0.4.7",
    thread: "sgl-project/sglang#6310",
    what: "which numbers calls by the list of tools",
  },
  {
    server: "ollama",
    shows: ["call-in-reasoning"],
    families: ["nemotron3"],
    fixedIn: "0.14.3",
    thread: "ollama/ollama#13764",
    what: "which keeps a call as reasoning when the model does not close its thinking first",
  },
  {
    server: "ollama",
    shows: ["stream-shape:index-missing"],
    fixedIn: "0.4.7",
    thread: "ollama/ollama#7881",
    what: "which sends calls without `index`",
  },
  {
    server: "ollama",
    shows: ["stream-shape:index-reused"],
    families: ["glm-4.7", "qwen3", "qwen3-coder", "qwen3-instruct", "qwen3-thinking"],
    fixedIn: "0.17.4",
    thread: "ollama/ollama#14484",
    what: "which gives every call the `index` 0",
  },
  {
    // Families with a parser of their own there; others still have it (ollama/ollama#15497).
    server: "ollama",
    shows: ["stream-shape:index-reused"],
    families: ["gemma4", "functiongemma", "lfm2", "olmo3"],
    fixedIn: "0.20.6",
    thread: "ollama/ollama#15457",
    what: "which gives every call the `index` 0",
  },
]

export interface Fault {
  kind: string
  detail?: string
  /** Family id. */
  family?: string
}

/** The bug that a server of this version certainly has and that shows as this fault. Of several the one fixed last: its release has all. */
export function knownBug(fault: Fault, server: { kind?: string; version?: string }): KnownBug | undefined {
  const { kind, version } = server
  if (kind === undefined || version === undefined) return undefined
  let found: KnownBug | undefined
  for (const bug of KNOWN_BUGS) {
    if (bug.server !== kind || !showsAs(bug, fault) || !isBefore(version, bug.fixedIn)) continue
    if (!found || isBefore(found.fixedIn, bug.fixedIn)) found = bug
  }
  return found
}

function showsAs({ shows, families }: KnownBug, { kind, detail, family }: Fault): boolean {
  if (families && (family === undefined || !families.includes(family))) return false
  return shows.includes(kind) || shows.includes(`${kind}:${detail}`)
}
