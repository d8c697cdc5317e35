/** What the agent itself can ask of the plugin. */
import type { ToolDefinition } from "@opencode-ai/plugin"
import * as z from "zod/mini"

/** The status page in few tokens, as a tool. */
export function statusTool(page: (sessionID: string, provider: string | undefined) => Promise<string>): ToolDefinition {
  const definition = {
    description:
      "State of the user's own LLM server: reachable, models served, context limits, load, problems with their cure, and faults seen in this session. Costs no GPU time.",
    args: { provider: z.optional(z.string()).check(z.describe("Provider id; leave out for all watched providers.")) },
    execute: (args: { provider?: string }, context: { sessionID: string }) => page(context.sessionID, args.provider || undefined),
  }
  // The host's types name the zod instance it was built with; the shape of a schema is the same.
  return definition as unknown as ToolDefinition
}
