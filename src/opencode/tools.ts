/** What the agent itself can ask of the plugin, and do with it. */
import type { ToolDefinition } from "@opencode-ai/plugin"
import type { ModelRef } from "./host.ts"
import { whole } from "./pieces.ts"
import type { Wish } from "./switcher.ts"

/** The status page in few tokens, as a tool. Without arguments: it costs fewer tokens in every request, and it tells all servers. */
export function statusTool(page: (sessionID: string) => Promise<string>): ToolDefinition {
  return {
    description:
      "State of the user's own LLM server: reachable, models served, context limits, load, problems with their cure, and faults seen in this session. Costs no GPU time.",
    args: {},
    execute: (_, context) => page(context.sessionID),
  }
}

/** What a switch by the agent needs of the plugin. */
export interface SwitchPort {
  /** What comes of the wish; nothing has changed yet. */
  wish(sessionID: string, model: string): Promise<Wish>
  /** Makes the running loop go on with the model. */
  use(sessionID: string, model: ModelRef): Promise<boolean>
}

/**
 * The model changed by the agent: the next step of the running loop uses the new one. Asks the user's permission, as tools do that change
 * something.
 *
 * OpenCode 1.18 takes an argument that is no zod schema for JSON schema (measured); zod would have to be loaded at OpenCode's start.
 */
export function switchTool({ wish, use }: SwitchPort): ToolDefinition {
  const model = {
    type: "string",
    description:
      "Exact id, provider/id, or a unique part of a model's name; `-` for the model before the last switch; empty to list the models.",
  }
  return {
    description:
      "Switches this session to another model of the user's own LLM servers, from the next step on. Only when the user asks for it. With an empty name it lists the models that can be used now.",
    args: { model } as unknown as ToolDefinition["args"],
    async execute(args, context) {
      const { model: name = "" } = args as { model?: string }
      const wished = await wish(context.sessionID, String(name))
      if (wished.model) {
        const target = `${wished.model.providerID}/${wished.model.modelID}`
        // Throws where the user says no; the host tells the model.
        await context.ask({ permission: "switch_model", patterns: [target], always: ["*"], metadata: { model: target } })
      }
      // What comes on the way stands beside the running tool.
      const onPiece = (text: string) => context.metadata?.({ title: text.trim().split("\n").at(-1) })
      const text = await whole(wished.answer, { signal: context.abort, onPiece })
      if (wished.holds?.() === false) return text
      if (wished.model && !(await use(context.sessionID, wished.model)))
        return "OpenCode did not take the switch; the model is the same as before."
      return text
    },
  }
}
