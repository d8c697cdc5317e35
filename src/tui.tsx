/** Terminal half of the OpenCode plugin. Composes, decides nothing. */
import type { TuiPluginModule } from "@opencode-ai/plugin/tui"
import { setup } from "./tui/setup.tsx"

const plugin: TuiPluginModule = {
  id: "opencode-vllm",
  tui: async (api) => setup(api),
}

export default plugin
