import { type Family, sglangFlags, vllmFlags } from "./families.ts"
import type { KnownBug } from "./known-bugs.ts"

export const TOOL_DOCS = "https://docs.vllm.ai/en/latest/features/tool_calling.html"
export const REASONING_DOCS = "https://docs.vllm.ai/en/latest/features/reasoning_outputs.html"

/** Names of servers for sentences; the keys are the server kinds of a health check. */
const SERVERS: Readonly<Record<string, string>> = {
  vllm: "vLLM",
  sglang: "SGLang",
  "llama.cpp": "llama-server",
  "llama-swap": "the llama-server behind llama-swap",
  ollama: "Ollama",
  lmstudio: "LM Studio",
  litellm: "the vLLM server behind LiteLLM",
  "tensorrt-llm": "trtllm-serve",
  nim: "the NIM container",
}

/** Kinds of server that take vLLM's flags. */
const FLAGGED: ReadonlySet<string> = new Set(["vllm", "litellm", "nim", "unknown"])

/** What a cure depends on. */
export interface Setup {
  family?: Family
  /** The most common of several families that write their calls as the one seen; set where the family itself is not known. */
  alike?: Family
  /** Kind of server (`vllm`, `sglang`, ...). Anything unknown is treated as vLLM, the server this plugin is made for. */
  server?: string
  /** The answer itself shows that the parsers do their work: its reasoning and the call concerned came apart. */
  parsersFit?: boolean
}

/** One sentence: how to make the server read this family's tool calls and reasoning. */
export function parserCure({ family, alike, server }: Setup): string {
  switch (server) {
    case "llama.cpp":
    case "llama-swap":
      return `Start ${SERVERS[server]} with \`--jinja\` and the model's own chat template (\`--chat-template-file\`).`
    case "ollama":
      return "Use a build of the model whose template has tools (`ollama show MODEL` lists the capability), or serve it with vLLM."
    case "lmstudio":
      return "Use a build of the model that LM Studio marks for tool use, and the newest LM Studio runtime."
    case "sglang": {
      const flags = family && sglangFlags(family)
      if (flags) return `Restart SGLang with \`${flags}\` (${family?.label}).`
      return alike?.sglang?.tool
        ? `Restart SGLang with \`--tool-call-parser ${alike.sglang.tool}\` and the \`--reasoning-parser\` that the model's card names.`
        : "Restart SGLang with the `--tool-call-parser` and `--reasoning-parser` that the model's card names."
    }
    default:
      if (family) return `Restart ${name(server)} with \`${vllmFlags(family)}\` (${family.label}).`
      return alike
        ? `Restart ${name(server)} with \`--enable-auto-tool-choice --tool-call-parser ${alike.vllm.tool}\` and the \`--reasoning-parser\` that the model's card names.`
        : `Restart ${name(server)} with \`--enable-auto-tool-choice\` and the \`--tool-call-parser\` and \`--reasoning-parser\` that the model's card names.`
  }
}

/**
 * One sentence for faults that the model itself may have made: look at the flags first, then at the sampling. Drift grows with heat, long
 * contexts and thinking budgets (vllm-project/vllm#44676).
 */
export function driftCure({ family, alike, server, parsersFit }: Setup): string {
  const check = parserCure({ family, alike, server })
  const sampling = family?.sampling ?? "the sampling that its card names"
  if (parsersFit) {
    const flags =
      family && (server === "sglang" ? sglangFlags(family) : FLAGGED.has(server ?? "vllm") ? vllmFlags(family) : undefined)
    const right = flags ? `\`${flags}\` is right for ${family?.label}, and` : "The parsers are right:"
    return `${right} this answer shows ${flags ? "that it works" : "that they work"}; the model itself drifted: use ${sampling}, no \`thinking_token_budget\`, and a shorter context or a new session.`
  }
  if (!check.startsWith("Restart ")) return check
  return `${check.replace("Restart ", "Check that ").replace(" with ", " runs with ").slice(0, -1)}; if so, the model drifted: use ${sampling}, and no \`thinking_token_budget\`.`
}

/** One sentence: how to make the server read this family's reasoning. */
export function reasoningCure({ family, server }: Setup): string {
  if (server === "llama.cpp" || server === "llama-swap")
    return `Start ${SERVERS[server]} with \`--jinja\` and \`--reasoning-format auto\`.`
  if (server === "ollama" || server === "lmstudio") return parserCure({ family, server })
  const parser = server === "sglang" ? family?.sglang?.reasoning : family?.vllm.reasoning
  if (family && !family.reasoning)
    return `Restart ${name(server)} without \`--reasoning-parser\`: ${family.label} does not think.`
  return parser
    ? `Check that ${name(server)} runs with \`--reasoning-parser ${parser}\` (${family?.label})${switchHint(family)}.`
    : `Check that ${name(server)} runs with the \`--reasoning-parser\` that the model's card names, and with none for a model that does not think.`
}

/** One sentence: how to make the server end its turns where the model does. */
export function templateCure({ family, server }: Setup): string {
  if (server === "llama.cpp" || server === "llama-swap")
    return `Start ${SERVERS[server]} with \`--jinja\` and a GGUF file whose end-of-turn token is set, as newer conversions of the model have it.`
  if (server === "ollama" || server === "lmstudio") return parserCure({ family, server })
  const check = parserCure({ family, server }).replace("Restart ", "Check that ").replace(" with ", " runs with ").slice(0, -1)
  return `${check}; if so, use the chat template and \`generation_config.json\` of the model's card, which name the tokens to stop at, or a newer server.`
}

/** One sentence: what ends a loop. */
export function repetitionCure({ family }: Setup): string {
  return `Send the message again, and give this model ${family?.sampling ?? "the sampling that its card names"} (temperature 0 invites loops); if it stays so, begin a new session or use a less quantised build.`
}

/** One sentence: how to get calls in pieces that fit together. */
export function shapeCure({ server }: Setup): string {
  return `Update ${server === undefined || server === "vllm" ? "vLLM" : name(server)}, or the gateway in front of it: newer versions number and name their calls; until then ask for one call at a time (\`parallel_tool_calls: false\`).`
}

/** One sentence: how to get token counts. */
export function usageCure({ server }: Setup): string {
  return server === undefined || server === "vllm" || server === "unknown"
    ? "Start vLLM with `--enable-force-include-usage`; a gateway in front of it must pass `stream_options` on."
    : `Update ${name(server)}; a gateway in front of it must pass \`stream_options\` on.`
}

/** One sentence: the release without a known bug. For faults whose answer shows the flags to be right. */
export function updateCure({ server, fixedIn, thread, what }: KnownBug, version: string): string {
  return `Update ${name(server)} to ${fixedIn} or later (this server runs ${version}): known bug ${thread}, ${what}.`
}

/** One sentence: the flags first, then the release. What the model's own drift would need is left out: the bug is the likelier cause. */
export function flagsThenUpdate(cure: string, bug: KnownBug, version: string): string {
  const [flags = cure] = cure.replace(/\.$/, "").split("; if so, ")
  return `${flags}; if it runs so already, ${updateCure(bug, version).replace("Update", "update")}`
}

function switchHint(family: Family | undefined): string {
  const key = family?.thinking?.key
  return key?.startsWith("enable")
    ? `; if thinking is off, the request must say so: \`chat_template_kwargs {"${key}": false}\``
    : ""
}

function name(server: string | undefined): string {
  return SERVERS[server ?? "vllm"] ?? "the server"
}
