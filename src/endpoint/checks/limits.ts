import { clean } from "../text.ts"
import type { Check, ConfiguredModel, ServerKind } from "../types.ts"
import { servedFor } from "./model.ts"
import { DOCS, fail, pass, type Seen, setting, skip, warn } from "./seen.ts"

/** What OpenCode asks for where `limit.output` is unset, and at most (OpenCode 1.18: `max_tokens` 32000). */
export const OPENCODE_OUTPUT = 32_000
/**
 * Tokens that a first message needs: OpenCode 1.18.33 sends 30,700 characters of instructions and tool descriptions with it (measured),
 * some 7,500 tokens, and a project's own instructions come on top.
 */
export const OPENCODE_PROMPT = 10_000

/** Servers that refuse a request whose prompt and `max_tokens` together exceed the context (vLLM: HTTP 400). Others cut the answer short. */
const REFUSES: ReadonlySet<ServerKind> = new Set<ServerKind>([
  "vllm",
  "sglang",
  "nim",
  "tensorrt-llm",
  "tgi",
  "litellm",
  "unknown",
])

const figure = (n: number) => n.toLocaleString("en-US")

/** The output that OpenCode asks for. */
export function askedOutput(model: ConfiguredModel): number {
  return Math.min(model.output || OPENCODE_OUTPUT, OPENCODE_OUTPUT)
}

/** An output limit that leaves most of the context to the prompt: a quarter, in whole kilotokens. */
export function fittingOutput(context: number): number {
  return Math.min(OPENCODE_OUTPUT, Math.max(256, Math.floor(context / 4 / 1024) * 1024))
}

/** Whether the configured limits fit the context that is served. The worst of all configured models is told. */
export function checkLimits(seen: Seen): Check {
  const { models, endpoint, kind } = seen
  if (!models || models.length === 0) return skip("limits", "Not checked: there was no model list.")
  if ((endpoint.models ?? []).length === 0) return skip("limits", "Not checked: no model is configured to compare with.")
  const found: Check[] = []
  let compared = 0
  let missing = 0
  for (const model of endpoint.models ?? []) {
    const served = servedFor(model.id, models, kind)
    if (!served) missing++
    const context = served?.context
    if (context === undefined) continue
    compared++
    const check = judge(model, context, seen)
    if (check) found.push(check)
  }
  if (missing === endpoint.models?.length) return skip("limits", "Not checked: no configured model is served.")
  if (compared === 0) return skip("limits", "Not checked: the server does not tell the context length of the configured models.")
  const worst = found.find((c) => c.status === "fail") ?? found[0]
  return worst ?? pass("limits", "The configured limits fit the served context.")
}

function judge(model: ConfiguredModel, context: number, { endpoint, kind }: Seen): Check | undefined {
  const name = clean(model.key, 60)
  const limit = setting(endpoint, `models.${name}.limit`)
  const output = askedOutput(model)
  const both = `{ "context": ${context}, "output": ${Math.min(output, fittingOutput(context))} }`
  const reference = DOCS.models
  if (REFUSES.has(kind) && output >= context) {
    const own = model.output
      ? `limit.output of ${name} is ${figure(output)}`
      : `OpenCode asks for ${figure(output)} output tokens by default`
    return fail("limits", {
      code: "output-eats-context",
      message: `${own}, the server's whole context is ${figure(context)}: it refuses the first message.`,
      fix: `Set ${limit} to ${both}.`,
      reference,
    })
  }
  if (model.context && model.context > context)
    return fail("limits", {
      code: "limit-too-large",
      message: `limit.context of ${name} is ${figure(model.context)}, the server's context is ${figure(context)}: long sessions will be refused.`,
      fix: `Set ${limit} to ${both}${kind === "vllm" ? ", or raise --max-model-len" : ""}.`,
      reference,
    })
  if (REFUSES.has(kind) && context - output < OPENCODE_PROMPT)
    return warn("limits", {
      code: "output-eats-context",
      message: `Of the server's ${figure(context)} tokens of context ${figure(output)} are kept for the answer of ${name}; the ${figure(context - output)} left hardly hold OpenCode's own prompt.`,
      fix: `Set ${limit} to ${both}.`,
      reference,
    })
  if (model.context && model.context < context && model.context - output < OPENCODE_PROMPT)
    return warn("limits", {
      code: "limit-too-small",
      message: `limit.context of ${name} is ${figure(model.context)} with ${figure(output)} kept for the answer: OpenCode's own prompt hardly fits, so it compacts all the time. The server's context is ${figure(context)}.`,
      fix: `Set ${limit} to ${both}.`,
      reference,
    })
  if (!model.context)
    return warn("limits", {
      code: "limit-missing",
      message: `${name} has no limit.context: OpenCode will not compact a long session before the server refuses it.`,
      fix: `Set ${limit} to ${both}.`,
      reference,
    })
  return undefined
}
