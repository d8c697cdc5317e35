/** Which step of an agent's conversation a request is, and what the model says to it. */
import { isSystem, type Message, someCall, type ToolDefinition, textOf } from "./model.ts"
import { isScenarioName, LOOK, SCENARIOS, type ScenarioName } from "./scenarios.ts"
import type { Saying } from "./types.ts"

export interface Conversation {
  system: string
  lastUser: string
  /** The request brings the result of a tool. */
  afterTool: boolean
  tools: readonly ToolDefinition[]
}

export type Step =
  /** The scenario plays. */
  | "play"
  /** Title, summary, answer after a tool result: nothing is wrong with it. */
  | "plain"

export interface Turn {
  scenario: ScenarioName
  step: Step
  says: Saying
}

const CHOICE = /\bSIM:([a-z0-9-]+)/g
const TITLE = /title generator|generate a (?:\w+ )*title/i

const TITLE_ANSWER: Saying = { reasoning: "A short title will do.", content: "A look at the project" }
export const LAST_ANSWER: Saying = { reasoning: "The tool has answered, that is all.", content: "Done." }

/** `SIM:<name>` in the last message of the user picks the scenario, otherwise it is the server's own. */
export function turnOf(conversation: Conversation, server: ScenarioName): Turn {
  const asked = lastMatch(conversation.lastUser)
  if (asked !== undefined && !isScenarioName(asked)) return { scenario: server, step: "plain", says: unknownScenario(asked) }
  const scenario = asked ?? server
  if (TITLE.test(conversation.system)) return { scenario, step: "plain", says: TITLE_ANSWER }
  if (conversation.afterTool) return { scenario, step: "plain", says: LAST_ANSWER }
  // Agents send side requests (titles, summaries) without tools; only an explicit choice makes such a request play a fault.
  if (conversation.tools.length === 0 && asked === undefined) return { scenario, step: "plain", says: TITLE_ANSWER }
  return { scenario, step: "play", says: fitting(SCENARIOS[scenario].says ?? LAST_ANSWER, conversation.tools) }
}

function fitting(says: Saying, tools: readonly ToolDefinition[]): Saying {
  if (says !== LOOK || tools.some((tool) => tool.name === "bash")) return says
  return tools.length > 0 ? someCall(tools) : LAST_ANSWER
}

const unknownScenario = (name: string): Saying => ({
  reasoning: "There is no such scenario.",
  content: `There is no scenario named ${name}. \`opencode-vllm sim --list\` names them all.`,
})

const lastMatch = (text: string) => [...text.matchAll(CHOICE)].at(-1)?.[1]

export function conversationOf(messages: readonly Message[], tools: readonly ToolDefinition[]): Conversation {
  const lastUser = messages.filter((message) => message.role === "user").at(-1)
  return {
    system: messages.filter(isSystem).map(textOf).join("\n"),
    lastUser: lastUser ? textOf(lastUser) : "",
    afterTool: messages.at(-1)?.role === "tool",
    tools,
  }
}

/** The same, read back from a rendered prompt. A prompt of another origin counts as one message of the user. */
export function conversationOfPrompt(prompt: string): Conversation {
  const turns = [...prompt.matchAll(/<\|im_start\|>(\w+)\n([\s\S]*?)(?:<\|im_end\|>|$)/g)].map(([, role, text]) => ({
    role,
    text: text ?? "",
  }))
  const said = turns.filter((turn) => turn.role === "user")
  const isResult = (turn: { text: string } | undefined) => turn?.text.startsWith("<tool_response>") ?? false
  const system = turns.find((turn) => turn.role === "system")?.text ?? ""
  return {
    system,
    lastUser: turns.length === 0 ? prompt : (said.filter((turn) => !isResult(turn)).at(-1)?.text ?? ""),
    afterTool: isResult(said.at(-1)),
    tools: declaredTools(system),
  }
}

function declaredTools(system: string): ToolDefinition[] {
  const block = /<tools>\n([\s\S]*?)\n<\/tools>/.exec(system)?.[1]
  if (block === undefined) return []
  return block.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as ToolDefinition]
    } catch {
      return []
    }
  })
}
