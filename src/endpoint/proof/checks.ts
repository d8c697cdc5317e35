import { parserCure, REASONING_DOCS, reasoningCure, TOOL_DOCS } from "../../knowledge/cures.ts"
import { type Family, familyById, vllmFlags } from "../../knowledge/families.ts"
import { DOCS, fail, pass, skip, warn } from "../checks/seen.ts"
import type { Check } from "../types.ts"
import { callFate, type ThoughtFate, thoughtFate } from "./judge.ts"
import { SYSTEM_CHARACTERS } from "./opencode-tools.ts"
import type { Proof } from "./types.ts"
import { refusalWords } from "./words.ts"

const figure = (n: number) => n.toLocaleString("en-US")
/** Characters that a token of English text stands for. */
const CHARACTERS_PER_TOKEN = 4

/** The checks `chat`, `tool-call` and `reasoning`, in this order. Pure. */
export function proofChecks(proof: Proof): Check[] {
  return [chatCheck(proof), toolCheck(proof), reasoningCheck(proof)]
}

const msOf = (...answers: ({ ms: number } | undefined)[]) => answers.reduce((sum, answer) => sum + (answer?.ms ?? 0), 0)

/** Tokens that OpenCode sends before a person has said anything. */
const ownPrompt = ({ toolTokens }: Proof): number | undefined =>
  toolTokens === undefined ? undefined : toolTokens + Math.round(SYSTEM_CHARACTERS / CHARACTERS_PER_TOKEN)

function chatCheck(proof: Proof): Check {
  const { talked, called, context } = proof
  const answer = talked ?? called
  const reference = DOCS.vllmServer
  if (!answer) return skip("chat", "Not checked: time ran out.")
  const ms = answer.ms
  // Where the model has already answered once, a slow second answer is no failure.
  if (!answer.ok && called?.ok && (answer.code === "response-timeout" || answer.code === "hung"))
    return warn("chat", {
      code: "response-timeout",
      ...refusalWords({ ...answer, code: "response-timeout" }),
      reference: DOCS.vllmTrouble,
      ms,
    })
  if (!answer.ok) return fail("chat", { code: answer.code, ...refusalWords(answer), reference: referenceFor(answer.code), ms })
  if (talked?.ok && talked.error !== undefined)
    return fail("chat", {
      code: "server-error",
      message: `The answer breaks off in the middle of the stream: ${talked.error.replace(/\.$/, "")}.`,
      fix: "Look into the server's log.",
      reference: DOCS.vllmTrouble,
      ms,
    })
  const prompt = ownPrompt(proof)
  if (prompt !== undefined && context !== undefined && prompt * 1.25 > context)
    return fail("chat", {
      code: "context-overflow",
      message: `OpenCode's own prompt and tools take about ${figure(prompt)} tokens, the whole context is ${figure(context)}.`,
      fix: "Start the server with a longer context (vLLM: --max-model-len); agents want 32,768 tokens or more.",
      reference,
      ms,
    })
  if (talked && answer.finish === "length" && answer.content.trim() === "")
    return warn("chat", {
      code: "response-timeout",
      message: "The model thought on and on and came to no answer within the output limit of this check.",
      fix: "Ask it something small in OpenCode; if it thinks as long there, turn its thinking down.",
      reference: REASONING_DOCS,
      ms,
    })
  const speed = [
    proof.firstTokenMs !== undefined && `first token after ${figure(proof.firstTokenMs)} ms`,
    proof.tokensPerSecond !== undefined && `${figure(proof.tokensPerSecond)} tokens per second`,
    proof.toolTokens !== undefined && `OpenCode's tools cost ${figure(proof.toolTokens)} tokens`,
  ].filter(Boolean)
  return pass("chat", `The model answers${speed.length > 0 ? `: ${speed.join(", ")}` : ""}.`, ms)
}

const referenceFor = (code: Check["code"]) =>
  code === "unauthorized" || code === "forbidden"
    ? DOCS.vllmSecurity
    : code === "hung" || code === "engine-dead"
      ? DOCS.vllmTrouble
      : DOCS.vllmServer

/** Servers that leave a call in the text because nothing reads it; vLLM refuses tools then. */
const LEAVES_TEXT: ReadonlySet<string> = new Set([
  "sglang",
  "llama.cpp",
  "llama-swap",
  "ollama",
  "lmstudio",
  "tensorrt-llm",
  "mlx-lm",
])

const IF_SO_ALREADY =
  "If it runs with these already, its parser fails on streams: the plugin's option `rescue` reads the calls meanwhile."

function toolCheck(proof: Proof): Check {
  const { called, raw, server } = proof
  const family = familyById(proof.family ?? "")
  const ms = msOf(called, raw)
  const reference = family?.reference ?? TOOL_DOCS
  const cure = parserCure({ family, server })
  // The flags cannot be seen from outside, and a parser may fail on what it is made for.
  const fix = called?.ok && proof.forms.length > 0 && cure.startsWith("Restart ") ? `${cure} ${IF_SO_ALREADY}` : cure
  if (!called) return skip("tool-call", "Not checked: time ran out.")
  if (!called.ok) {
    if (called.code !== "tools-off") return skip("tool-call", "Not checked: the chat request failed.")
    const message = "The server refuses every request that offers tools, and OpenCode always does."
    return fail("tool-call", { code: "tools-off", message, fix, reference, ms })
  }
  const mismatch = (message: string, code: "parser-mismatch" | "parser-missing" = "parser-mismatch") =>
    fail("tool-call", { code, message, fix, reference, ms })
  const wrote = raw?.ok && raw.calls.length > 0 && family ? ` The model writes ${family.label} calls.` : ""
  switch (callFate(proof)) {
    case "read":
      return pass("tool-call", `The call arrives as a call${held(proof, family)}.`, ms)
    case "broken":
      return mismatch(`The call arrives with a wrong name or broken arguments.${wrote}`)
    case "in-content":
      return mismatch(
        `The call arrives as text: no tool parser reads it.${wrote}`,
        LEAVES_TEXT.has(server) ? "parser-missing" : "parser-mismatch",
      )
    case "in-reasoning":
      return mismatch(`The call arrives as reasoning, so it is never run.${wrote}`)
    case "swallowed": {
      const tokens = called.usage?.completion
      const counted = tokens === undefined ? "" : `: ${figure(tokens)} tokens were counted, ${figure(bytesOf(called))} bytes came`
      return mismatch(`The call vanishes in the server${counted}.${wrote}`)
    }
    case "odd":
      return skip("tool-call", "Not proven: the model wrote a call that does not fit the tool it was offered.")
    case "failed":
      return fail("tool-call", {
        code: "server-error",
        message: `The stream breaks off when the model is to call a tool: ${(called.error ?? "no reason given").replace(/\.$/, "")}.`,
        fix: raw?.ok && raw.calls.length > 0 ? fix : "Look into the server's log.",
        reference: DOCS.vllmTrouble,
        ms,
      })
    case "cut":
      return skip("tool-call", "Not proven: the model did not come to the call within the output limit of this check.")
    case "none":
      if (proof.toolsReachPrompt === false)
        return fail("tool-call", {
          code: "tools-off",
          message: "The chat template leaves the tools out of the prompt: the model never sees them.",
          fix: "Start the server with the chat template of the model's card (vLLM: --chat-template), which shows the tools to the model.",
          reference,
          ms,
        })
      return skip("tool-call", "Not proven: the model called no tool.")
  }
}

const bytesOf = ({ reasoning, content }: { reasoning: string; content: string }) =>
  Buffer.byteLength(reasoning) + Buffer.byteLength(content)

/** How sure a good verdict is, as the end of its sentence. */
function held({ raw, cutShort, toolsReachPrompt }: Proof, family: Family | undefined): string {
  if (cutShort && !raw?.ok) return "; it was not held against the model's own text, because time ran out"
  if (!raw?.ok || toolsReachPrompt === false)
    return "; it was not held against the model's own text, which this server does not show"
  if (raw.calls.length === 0) return ""
  return family ? `, as the model wrote it (${family.label})` : ", as the model wrote it"
}

function reasoningCheck(proof: Proof): Check {
  const { called, raw, talked, talkedRaw, server } = proof
  const family = familyById(proof.family ?? "")
  const ms = msOf(talked, talkedRaw)
  if (!called?.ok && !talked?.ok) return skip("reasoning", "Not checked: the chat request failed.")
  const thinks = family && family.reasoning !== undefined
  const fates: ThoughtFate[] = [thoughtFate(called, raw, thinks), thoughtFate(talked, talkedRaw, thinks)]
  const has = (fate: ThoughtFate) => fates.includes(fate)
  const problem = { reference: family?.reference ?? REASONING_DOCS, ms }
  if (has("in-content")) {
    const counted = [called, talked].some((one) => one?.ok && one.usage?.reasoning !== undefined)
    return fail("reasoning", {
      ...problem,
      code: counted ? "reasoning-parser-mismatch" : "reasoning-parser-missing",
      message: `The model's thoughts arrive in the answer: ${counted ? "the reasoning parser does not read them" : "no reasoning parser reads them"}.`,
      fix: cureOf(family, server),
    })
  }
  if (has("answer-in-reasoning"))
    return fail("reasoning", {
      ...problem,
      code: "reasoning-parser-mismatch",
      message: "The reasoning parser takes the answer for thoughts: the person sees nothing of it.",
      fix: cureOf(family, server),
    })
  if (has("never-ended"))
    return warn("reasoning", {
      ...problem,
      code: "reasoning-parser-mismatch",
      message: "The model ended without ending its thoughts, so its answer was empty.",
      fix: `Ask again; if it stays so, use ${family?.sampling ?? "the sampling that the model's card names"} and the chat template of the card.`,
    })
  if (has("read")) return pass("reasoning", "The thoughts arrive apart from the answer.", ms)
  return skip("reasoning", "Not checked: the model wrote no thoughts.")
}

/** A server of vLLM's kind is told all flags at once: a tool parser often fits only one reasoning parser. */
function cureOf(family: Family | undefined, server: string): string {
  if (family?.reasoning && family.vllm.reasoning && (server === "vllm" || server === "unknown"))
    return `Restart ${server === "vllm" ? "vLLM" : "the server"} with \`${vllmFlags(family)}\` (${family.label}).`
  return reasoningCure({ family, server })
}
