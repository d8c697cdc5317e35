/** The rig itself, where no server is needed for longer. */
import { expect, test } from "bun:test"
import { serve } from "../../scripts/vllm.mjs"

test("a server that does not come up is reported with the end of its log", async () => {
  const flags = ["--enable-auto-tool-choice", "--tool-call-parser", "no-such-parser"]
  await expect(serve({ flags })).rejects.toThrow(/ended with 1; .*invalid tool call parser: no-such-parser/s)
})
