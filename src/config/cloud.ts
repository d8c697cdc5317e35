/**
 * Hosts that are somebody else's service: nobody who uses them can restart the server with other flags. Rented machines
 * (RunPod, Modal, a cloud's virtual machines) are not among them, people run their own vLLM there.
 */
const HOSTS: readonly string[] = [
  "openai.com",
  "openai.azure.com",
  "services.ai.azure.com",
  "anthropic.com",
  "googleapis.com",
  "openrouter.ai",
  "groq.com",
  "together.xyz",
  "together.ai",
  "fireworks.ai",
  "deepseek.com",
  "mistral.ai",
  "x.ai",
  "cohere.ai",
  "cohere.com",
  "perplexity.ai",
  "cerebras.ai",
  "sambanova.ai",
  "deepinfra.com",
  "novita.ai",
  "hyperbolic.xyz",
  "siliconflow.cn",
  "siliconflow.com",
  "moonshot.ai",
  "moonshot.cn",
  "kimi.com",
  "z.ai",
  "bigmodel.cn",
  "minimax.io",
  "minimaxi.com",
  "aliyuncs.com",
  "volces.com",
  "stepfun.com",
  "integrate.api.nvidia.com",
  "huggingface.co",
  "githubcopilot.com",
  "models.github.ai",
  "vercel.sh",
  "gateway.ai.cloudflare.com",
  "api.cloudflare.com",
  "venice.ai",
  "nebius.com",
  "nebius.ai",
  "chutes.ai",
  "inference.net",
  "friendli.ai",
  "upstage.ai",
  "inceptionlabs.ai",
  "morphllm.com",
  "requesty.ai",
  "opencode.ai",
  "ollama.com",
  "scaleway.ai",
  "ai.cloud.ovh.net",
]

/** Whether this host name belongs to a known hosted service. Amazon's are told by their first part: machines rented there are one's own. */
export function isCloudHost(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "")
  if (/^bedrock[\w-]*\..*amazonaws\.com$/.test(name)) return true
  return HOSTS.some((known) => name === known || name.endsWith(`.${known}`))
}
