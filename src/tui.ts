/** Terminal half of the OpenCode plugin. Composes, decides nothing. */
import type { TuiPluginModule } from "@opencode-ai/plugin/tui"
import { reachable } from "./tui/reachable.ts"

const plugin: TuiPluginModule = {
  id: "opencode-vllm",
  async tui(api) {
    // OpenCode waits for this function before it draws its first screen, so it waits for nothing itself.
    void start().catch(() => {})

    async function start() {
      // Behind a dynamic import: this file must load even where the host cannot give it its modules.
      const elsewhere = reachable(import.meta.url)
      const { setup }: typeof import("./tui/setup.tsx") = elsewhere ? await import(elsewhere) : await import("./tui/setup.tsx")
      if (!api.lifecycle.signal.aborted) setup(api)
    }
  },
}

export default plugin
