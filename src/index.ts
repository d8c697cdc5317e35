/** Server half of the OpenCode plugin. Composes, decides nothing. */
import type { PluginModule } from "@opencode-ai/plugin"
import { createHooks } from "./opencode/hooks.ts"

const plugin: PluginModule = {
  id: "opencode-vllm",
  server: createHooks,
}

export default plugin
