/**
 * What a person typed into the prompt, where it is one of the plugin's commands. OpenCode's own list of commands passes no arguments on, and a
 * command that the server half registers would cost a turn; so the Enter key is read before the host reads it (measured with 1.18.33).
 */
import { STATUS_COMMAND, SWITCH_COMMAND } from "../opencode/commands.ts"

export const COMMANDS = [STATUS_COMMAND, SWITCH_COMMAND] as const
export type CommandName = (typeof COMMANDS)[number]

export interface Typed {
  command: CommandName
  /** Trimmed; empty where there are none. */
  args: string
}

/** Words in the templates of the server half's own commands: a user's command of the same name has others. */
const OWN: Record<CommandName, string> = { [STATUS_COMMAND]: "vllm_status", [SWITCH_COMMAND]: "switch_model" }

/** Reads a prompt; undefined for everything that is not one of the plugin's commands. */
export function typedCommand(prompt: string): Typed | undefined {
  const found = /^\/([\w-]+)(?:\s+([\s\S]*))?$/.exec(prompt.trim())
  const command = COMMANDS.find((name) => name === found?.[1])
  return command && { command, args: found?.[2]?.trim() ?? "" }
}

/** Whether a name is free for the plugin: unused in the configuration, or used by the server half. */
export function isOurs(command: CommandName, configured: unknown): boolean {
  const entry = (configured as Record<string, { template?: unknown } | undefined> | undefined)?.[command]
  return entry === undefined || (typeof entry.template === "string" && entry.template.includes(OWN[command]))
}

/** Arguments that only the server half understands: it holds the state they change. */
export function needsServer({ command, args }: Typed): boolean {
  return command === STATUS_COMMAND && /(?:^|\s)--(?:no-)?rescue\b/.test(args)
}
