/** What the served model says, in the words of a Nemotron 3 model: thoughts, then an answer or a call in the Qwen XML form. */
import type { Script } from "../../scripts/vllm.mjs"

/** Seconds before each token of the script that is cut off in the middle. */
const SLOW = 0.05

/** One step: `thoughts`, and after them `rest`. The template has opened the thinking block already. */
const think = (thoughts: string, rest: string) => `${thoughts}\n</think>\n\n${rest}`

type Write = (tool: string, args: Record<string, unknown>) => string

const call: Write = (tool, args) => {
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value))
  const fields = Object.entries(args).map(([name, value]) => `<parameter=${name}>\n${text(value)}\n</parameter>\n`)
  return `<tool_call>\n<function=${tool}>\n${fields.join("")}</function>\n</tool_call>`
}

/** The same call as Hermes models write it. */
const hermes: Write = (tool, args) => `<tool_call>\n${JSON.stringify({ name: tool, arguments: args })}\n</tool_call>`

const TODO = [{ content: 'Write the "note"', status: "in_progress", priority: "high" }]

/** An agent's whole loop: a command, two calls at once, a list, a file written and edited, a sub-agent with a command of its own, an answer. */
const loop = (write: Write, sub: string) => [
  think("First the number.", write("bash", { command: COMMAND, description: "Prints a number" })),
  think(
    "Two things at once.",
    `I look around.\n\n${write("read", { filePath: "README.md" })}\n${write("todowrite", { todos: TODO })}`,
  ),
  "Never said: the step before has two results.",
  think("Then I note it down.", `I write it down.\n\n${write("write", { filePath: "note.md", content: NOTE })}`),
  think("A word is missing.", write("edit", { filePath: "note.md", oldString: "- one", newString: EDITED })),
  think("Somebody else looks.", write("task", { description: "Look", prompt: `PLAY:${sub}`, subagent_type: "general" })),
  think("Then I check the note.", write("read", { filePath: "note.md" })),
  think("All is there.", LOOP_DONE),
]
const helper = (write: Write) => [
  think("A number of my own.", write("bash", { command: "echo helper-$((50 + 3))", description: "Prints a number" })),
  think("It is there.", HELPER_SAID),
]
/** Answers with tools that a server gives during the loop, that of the sub-agent included. */
export const LOOP_ANSWERS = 9
/** Text that readers of markup fall over. */
export const NOTE = '# Note\n\nif (a < b && c > d) say "größer"\n\n- one\n  - two\n'
export const EDITED = "- one, and a literal </tool_call> in it"
export const HELPER_SAID = "The helper saw its number."
export const LOOP_DONE = "The note says what the command printed."

/** Only a shell turns this into `rig-42`: where that stands, the command ran. */
const COMMAND = "echo rig-$((40 + 2))"
export const RAN = "rig-42"

export const scripts = {
  /** A plain answer. */
  talk: { steps: [think("They greet me.", "Good morning, all is well here.")] },
  /** One shell command, then an answer. */
  shell: {
    steps: [
      think(
        "The person wants the number, so I run the command.",
        call("bash", { command: COMMAND, description: "Prints a number" }),
      ),
      think("The number is there.", "The command printed its number."),
    ],
  },
  loop: { steps: loop(call, "helper") },
  helper: { steps: helper(call) },
  "hermes-loop": { steps: loop(hermes, "hermes-helper") },
  "hermes-helper": { steps: helper(hermes) },
  /** The thoughts come again inside the command. */
  "shell-leak": {
    steps: [
      think(
        "The person wants the number, so I run the command.",
        call("bash", {
          command: `<think>The person wants the number, so I run the command.</think>\n${COMMAND}`,
          description: "Prints a number",
        }),
      ),
      think("It did something.", "I ran it."),
    ],
  },
  /** The thoughts come again inside a path, so the tool fails. */
  "path-leak": {
    steps: [
      think(
        "The price lies in src/price.ts, I will read that file first.",
        call("read", { filePath: "<think>The price lies in src/price.ts, I will read that file first.</think>src/price.ts" }),
      ),
      think("The file was not found.", "I could not read it."),
    ],
  },
  /** A long answer, slow enough to be cut off. */
  slow: {
    steps: [think("A long answer is wanted.", Array.from({ length: 400 }, (_, i) => `Line ${i} of a long answer.`).join("\n"))],
    pace: SLOW,
  },
} satisfies Record<string, Script>
