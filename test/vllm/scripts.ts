/** What the served model says, in the words of a Nemotron 3 model: thoughts, then an answer or a call in the Qwen XML form. */
import type { Script } from "../../scripts/vllm.mjs"

/** Seconds before each token of the script that is cut off in the middle. */
const SLOW = 0.05

/** One step: `thoughts`, and after them `rest`. The template has opened the thinking block already. */
const think = (thoughts: string, rest: string) => `${thoughts}\n</think>\n\n${rest}`

function call(tool: string, parameters: Record<string, string>): string {
  const fields = Object.entries(parameters).map(([name, value]) => `<parameter=${name}>\n${value}\n</parameter>\n`)
  return `<tool_call>\n<function=${tool}>\n${fields.join("")}</function>\n</tool_call>`
}

/** The same call as Hermes models write it. */
const hermes = (tool: string, args: Record<string, string>) =>
  `<tool_call>\n${JSON.stringify({ name: tool, arguments: args })}\n</tool_call>`

/** An agent's whole loop: a command, a file written, the file read, an answer. */
const loop = (write: typeof call) => [
  think("First the number.", write("bash", { command: COMMAND, description: "Prints a number" })),
  think("Then I note it down.", `I write it down.\n\n${write("write", { filePath: "note.md", content: NOTE })}`),
  think("Then I check the note.", write("read", { filePath: "note.md" })),
  think("All is there.", LOOP_DONE),
]
/** Text that readers of markup fall over. */
export const NOTE = '# Note\n\nif (a < b && c > d) say "größer"\n\n- one\n  - two\n'
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
  loop: { steps: loop(call) },
  "hermes-loop": { steps: loop(hermes) },
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
