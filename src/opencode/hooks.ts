/**
 * The hooks of OpenCode 1.x, each a thin line into the rest of the plugin. A hook that throws would fail the operation it belongs
 * to, so every body is wrapped; the one exception is the guard, whose refusal is meant.
 */
import type { Hooks, PluginInput } from "@opencode-ai/plugin"
import type { ReadOptions } from "../options.ts"
import { DEFAULTS } from "../options-defaults.ts"
import { Refused } from "./guard.ts"
import { createHost } from "./host.ts"
import { writeOwnHeaders } from "./own-headers.ts"
import { createPlugin } from "./plugin.ts"
import type { HostConfig } from "./providers.ts"
import { statusTool, switchTool } from "./tools.ts"

/** Most people configure nothing: the schema is loaded only for those who do, because OpenCode's start waits for it. */
async function optionsOf(raw: unknown): Promise<ReadOptions> {
  if (raw === undefined || raw === null || (typeof raw === "object" && Object.keys(raw).length === 0))
    return { options: DEFAULTS, problems: [] }
  return (await import("./late.ts")).readOptions(raw)
}

/** `opencode serve` and `opencode web` stay; `run`, `models` and the like are over soon, and a reload in their midst would end them. */
const staysOpen = (argv: readonly string[]) => /^(?:serve|web)$/.test(argv.slice(2).find((word) => !word.startsWith("-")) ?? "")

/** The terminal interface runs its server in a worker of this name (seen with 1.18.33). */
const drawing = (argv: readonly string[]) => /[\\/]tui[\\/]worker\.[cm]?[jt]s$/.test(argv[1] ?? "")

export async function createHooks(
  { client, directory }: Pick<PluginInput, "client"> & Partial<Pick<PluginInput, "directory">>,
  rawOptions: unknown,
): Promise<Hooks> {
  const host = createHost(client)
  const { options, problems } = await optionsOf(rawOptions)
  const plugin = createPlugin({
    host,
    options,
    directory,
    optionProblems: problems,
    staysOpen: staysOpen(process.argv),
    drawing: drawing(process.argv),
  })

  const failed = (hook: string) => (error: unknown) => {
    if (error instanceof Refused) throw error
    // The error's text may hold what a user or a server wrote: its class is all that goes to the log.
    host.log("error", "a hook of the plugin failed and was skipped", {
      hook,
      error: error instanceof Error ? error.name : typeof error,
    })
  }
  /** Runs a hook body; whatever goes wrong in it is logged and forgotten. */
  const safe =
    <A extends unknown[]>(hook: string, body: (...args: A) => void | Promise<void>) =>
    async (...args: A): Promise<void> => {
      try {
        await body(...args)
      } catch (error) {
        failed(hook)(error)
      }
    }

  return {
    config: safe("config", (config) => plugin.configure(config as HostConfig)),
    event: safe("event", ({ event }) => plugin.event(event)),
    "chat.message": safe("chat.message", (_, { message, parts }) => plugin.userMessage(message, parts)),
    "chat.headers": safe("chat.headers", (input, output) => {
      if (plugin.isWatched(input.model.providerID))
        writeOwnHeaders(output.headers, { agent: input.agent, messageID: input.message.id })
    }),
    "command.execute.before": safe("command.execute.before", (input) =>
      plugin.commandGiven(input.sessionID, input.command, input.arguments),
    ),
    "tool.execute.before": safe("tool.execute.before", (input) => plugin.toolStarts(input.sessionID, input.callID)),
    "tool.execute.after": safe("tool.execute.after", (input, output) => {
      const line = plugin.toolEnded(input.sessionID, input.callID)
      if (line && typeof output.output === "string") output.output = `${line}\n\n${output.output}`
    }),
    "experimental.chat.messages.transform": safe("experimental.chat.messages.transform", (_, { messages }) =>
      plugin.history(messages),
    ),
    tool: {
      vllm_status: statusTool((sessionID) => plugin.page(sessionID, undefined, { compact: true })),
      switch_model: switchTool(plugin.switching),
    },
    dispose: safe("dispose", () => plugin.dispose()),
  }
}
