/** Hosts of hosted model APIs. A server there is not the user's own, so nothing is checked and no flag can be set. */

/** Exact hosts, and domains (with every host below them) when they begin with a dot. */
const CLOUDS: readonly string[] = [
  ".openai.com",
  ".openai.azure.com",
  ".services.ai.azure.com",
  ".models.ai.azure.com",
  ".inference.ai.azure.com",
  ".cognitiveservices.azure.com",
  "models.inference.ai.azure.com",
  "models.github.ai",
  ".githubcopilot.com",
  ".anthropic.com",
  ".claude.com",
  ".openrouter.ai",
  ".googleapis.com",
  ".groq.com",
  "integrate.api.nvidia.com",
  "ai.api.nvidia.com",
  "api.nvcf.nvidia.com",
  ".deepseek.com",
  ".opencode.ai",
  ".mistral.ai",
  ".together.xyz",
  ".together.ai",
  ".fireworks.ai",
  ".cerebras.ai",
  ".x.ai",
  ".huggingface.co",
  ".moonshot.ai",
  ".moonshot.cn",
  ".kimi.com",
  ".z.ai",
  ".bigmodel.cn",
  ".minimax.io",
  ".minimaxi.com",
  ".minimax.chat",
  ".perplexity.ai",
  ".cohere.com",
  ".cohere.ai",
  ".deepinfra.com",
  ".siliconflow.com",
  ".siliconflow.cn",
  ".novita.ai",
  ".hyperbolic.xyz",
  ".nebius.com",
  ".nebius.ai",
  ".sambanova.ai",
  ".baseten.co",
  ".replicate.com",
  ".lambda.ai",
  ".cloudflare.com",
  ".vercel.sh",
  "ai-gateway.vercel.com",
  ".volces.com",
  ".stepfun.com",
  ".venice.ai",
  ".chutes.ai",
  ".parasail.io",
  ".inference.net",
  ".friendli.ai",
  ".inceptionlabs.ai",
  ".upstage.ai",
  ".ai21.com",
  ".scaleway.ai",
  ".ovhcloud.net",
  ".ai.cloud.ovh.net",
  ".ollama.com",
  ".requesty.ai",
  ".helicone.ai",
  ".zenmux.ai",
  ".aihubmix.com",
  ".poe.com",
  ".morphllm.com",
  ".v0.dev",
  ".watsonx.ai",
  ".cloud.ibm.com",
  ".snowflakecomputing.com",
  ".databricks.com",
  ".xiaomimimo.com",
]

/** Clouds that rent machines under the same domain: only their model APIs count, since a rented machine may run the user's own server. */
const MODEL_APIS: readonly RegExp[] = [/^bedrock[a-z-]*\..+\.(amazonaws\.com|api\.aws)$/, /^dashscope[a-z-]*\.aliyuncs\.com$/]

/**
 * Whether a host belongs to a known hosted API.
 *
 * @param host host name, with or without port; letter case does not matter. An address or an unknown name is never a cloud.
 */
export function isCloudHost(host: string): boolean {
  const name = host.trim().toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "")
  if (MODEL_APIS.some((pattern) => pattern.test(name))) return true
  return CLOUDS.some((cloud) => (cloud.startsWith(".") ? name.endsWith(cloud) || name === cloud.slice(1) : name === cloud))
}
