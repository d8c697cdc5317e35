// A plugin that sees whether another one has put its tap into the provider: without this, a plugin that was not loaded at all would
// pass for a silent one.

import { writeFileSync } from "node:fs"

export default {
  id: "witness",
  server: async (_input, { file }) => ({
    config: async (config) => {
      // Every other plugin has had its turn by then.
      setTimeout(() => writeFileSync(file, String(typeof config.provider.local.options.fetch === "function")), 0)
    },
  }),
}
