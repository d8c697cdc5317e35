/** What the agent itself can ask of the plugin. */
import type { ToolDefinition } from "@opencode-ai/plugin"

/** The status page in few tokens, as a tool. Without arguments: it costs fewer tokens in every request, and it tells all servers. */
export function statusTool(page: (sessionID: string) => Promise<string>): ToolDefinition {
  return {
    description:
      "State of the user's own LLM server: reachable, models served, context limits, load, problems with their cure, and faults seen in this session. Costs no GPU time.",
    args: {},
    execute: (_, context) => page(context.sessionID),
  }
}
