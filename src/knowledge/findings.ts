/** What each kind of finding means for a person: a title, a cause, a cure and where to read on. Data and wording, no judgement. */
import {
  driftCure,
  parserCure,
  REASONING_DOCS,
  reasoningCure,
  repetitionCure,
  type Setup,
  shapeCure,
  TOOL_DOCS,
  templateCure,
  usageCure,
} from "./cures.ts"

/** What the sentences name. Texts have to be printable and short before they come here. */
export interface FindingFacts extends Setup {
  certain: boolean
  detail?: string
  tool?: string
  field?: string
  /** Delimiter that gave it away. */
  literal?: string
  /** Declared tool that a corrupt name begins with. */
  declared?: string
  tokens?: number
  bytes?: number
  limit?: string
  message?: string
  /** Repetitions. */
  times?: number
  /** Finish reason as sent. */
  finish?: string
}

export interface FindingText {
  title: string
  cause(facts: FindingFacts): string
  fix(facts: FindingFacts): string
  reference: string | ((facts: FindingFacts) => string)
}

const MAX_OUTPUT = "Raise `limit.output` of this model in opencode.json"

const inArgument = ({ field }: FindingFacts): string => (field ? `the argument \`${field}\`` : "the arguments")

export const FINDING_TEXTS = {
  "reasoning-in-arguments": {
    title: "Reasoning in a tool call",
    cause: (facts) =>
      `The model's reasoning ran into ${inArgument(facts)} of the call to \`${facts.tool}\`${facts.literal ? `, which holds \`${facts.literal}\`` : ""}: the command, file or text it names is not what was meant.`,
    fix: driftCure,
    reference: "vllm-project/vllm#44676",
  },
  "markup-in-arguments": {
    title: "Markup in a tool call",
    cause: (facts) =>
      `The model's own markup for calls${facts.literal ? ` (\`${facts.literal}\`)` : ""} stands in ${inArgument(facts)} of the call to \`${facts.tool}\`: ${facts.certain ? "" : "most likely "}the server lost the place where a value ends.`,
    // A value that ends in the wrong place may be the parser's own doing, however well it reads the rest.
    fix: (facts) => driftCure({ ...facts, parsersFit: false }),
    reference: "vllm-project/vllm#53227",
  },
  "output-swallowed": {
    title: "The server dropped output",
    cause: ({ tokens, bytes, certain }) =>
      `The server counted ${tokens} output tokens but sent ${bytes === 0 ? "nothing of them" : `only ${bytes} bytes of text`} and no tool call: ${certain ? "" : "most likely "}its tool parser does not fit this model and ate the call.`,
    fix: parserCure,
    reference: TOOL_DOCS,
  },
  "answer-in-reasoning": {
    title: "The answer is hidden in the reasoning",
    cause: () =>
      "The whole answer arrived as reasoning and no content followed, so there is nothing to show: the server saw no end of the thinking.",
    fix: reasoningCure,
    reference: REASONING_DOCS,
  },
  "empty-answer": {
    title: "Empty answer",
    cause: () => "The model ended its turn at once: no text, no reasoning, no tool call.",
    fix: () =>
      "Send the message again; if it stays so, start the server with the chat template of the model's card (`--chat-template`) or begin a new session.",
    reference: "anomalyco/opencode#46886",
  },
  truncated: {
    title: "Cut off by a limit",
    cause: ({ detail, limit, tokens, tool }) => {
      const where =
        detail === "in-reasoning"
          ? "while still reasoning"
          : detail === "in-arguments"
            ? `inside the call to \`${tool}\``
            : "in mid-answer"
      const what =
        limit === "output"
          ? `the request's limit of ${tokens} output tokens`
          : limit === "server"
            ? "a limit of the server (as a rule the end of the context)"
            : "a token limit"
      return `The model reached ${what} ${where}.`
    },
    fix: ({ limit, tokens }) =>
      limit === "output"
        ? `${MAX_OUTPUT}; this request allowed ${tokens} tokens.`
        : limit === "server"
          ? "Compact the session or begin a new one; for more room start the server with a larger `--max-model-len` and raise `limit.context` to it."
          : `${MAX_OUTPUT}, or compact the session if the context is full.`,
    reference: "https://opencode.ai/docs/models/",
  },
  "stream-error": {
    title: "The stream broke",
    cause: ({ detail, message }) => {
      if (detail === "error") return `The server broke off its answer with an error${message ? `: ${message}` : ""}.`
      if (detail === "unreadable")
        return "The server sent something that is no answer (an event that is not JSON, or has no end)."
      if (detail === "given-up") return "The server gave the request up before the answer was complete."
      return "The stream ended before the answer was complete: the server stopped, or a proxy in between cut the connection."
    },
    fix: ({ detail }) =>
      detail === "no-finish"
        ? "Look whether the server still runs (`/vllm-status`), and raise the proxy's read timeout if there is one."
        : "Look into the server's log at this minute: it names the cause, often an exception in a parser.",
    reference: TOOL_DOCS,
  },
  "tool-name-corrupt": {
    title: "Corrupt tool name",
    cause: ({ tool, declared }) =>
      declared
        ? `The call names the tool \`${tool}\`: that is \`${declared}\` with the model's own markup attached, so OpenCode cannot run it.`
        : `The call names the tool \`${tool}\`, which is the model's own markup, so OpenCode cannot run it.`,
    fix: (facts) => parserCure(facts).replace(/\.$/, ", then begin a new session, because the model repeats what it once wrote."),
    reference: "vllm-project/vllm#32587",
  },
  "unknown-tool": {
    title: "Unknown tool",
    cause: ({ tool }) =>
      `The model called \`${tool}\`, a tool that does not exist here, or the server took a piece of text for a call.`,
    fix: driftCure,
    reference: TOOL_DOCS,
  },
  "arguments-invalid": {
    title: "Invalid arguments",
    cause: (facts) =>
      `The call to \`${facts.tool}\` is not what the tool asks for: ${INVALID[facts.detail ?? "not-json"]?.(facts) ?? "its arguments are invalid"}.`,
    fix: driftCure,
    reference: ({ detail }) => (detail === "duplicated" ? "vllm-project/vllm#42167" : TOOL_DOCS),
  },
  "reasoning-in-content": {
    title: "Reasoning in the answer",
    cause: ({ literal }) =>
      `The model's reasoning stands in the visible answer (with \`${literal}\`): the server does not take it out.`,
    fix: reasoningCure,
    reference: REASONING_DOCS,
  },
  "call-in-content": {
    title: "Tool call as text",
    cause: ({ tool, certain }) =>
      `The model called \`${tool}\`, but the call arrived as text and did not run: ${certain ? "" : "most likely "}the server's tool parser does not know this format.`,
    fix: parserCure,
    reference: TOOL_DOCS,
  },
  "call-in-reasoning": {
    title: "Tool call in the reasoning",
    cause: ({ tool, certain }) =>
      `The model called \`${tool}\`, but the call arrived as reasoning and did not run: ${certain ? "" : "most likely "}the server saw no end of the thinking before it.`,
    fix: parserCure,
    reference: "vllm-project/vllm#16511",
  },
  "markup-in-content": {
    title: "Markup left in the answer",
    cause: ({ literal }) =>
      `Parts of a tool call stand in the visible answer (with \`${literal}\`): the server's tool parser read the call only in part, so its arguments may be short.`,
    fix: parserCure,
    reference: "vllm-project/vllm#54686",
  },
  "special-token-in-content": {
    title: "Special token in the answer",
    cause: ({ literal, certain }) =>
      `The visible answer holds ${literal ? `\`${literal}\`` : "an end token"}, ${certain ? "" : "most likely "}a token of the model's prompt format that the server should have stopped at or taken out.`,
    fix: templateCure,
    reference: "vllm-project/vllm#46224",
  },
  "wrong-finish-reason": {
    title: "Wrong finish reason",
    cause: ({ finish }) =>
      `The answer holds tool calls, but the server ended it with finish reason \`${finish ?? "stop"}\` instead of \`tool_calls\`.`,
    fix: parserCure,
    reference: "vllm-project/vllm#25054",
  },
  "stream-shape": {
    title: "Tool call in odd pieces",
    cause: (facts) =>
      `The pieces of the call to ${facts.tool ? `\`${facts.tool}\`` : "a tool"} cannot be put together safely: ${SHAPE[facts.detail ?? ""] ?? "they are not as the API says"}.`,
    fix: shapeCure,
    reference: ({ detail }) =>
      detail === "index-reused" || detail === "index-missing" ? "ollama/ollama#15457" : "anomalyco/opencode#16488",
  },
  "degenerate-repetition": {
    title: "The model repeats itself",
    cause: ({ times, certain }) =>
      certain
        ? `The model wrote the same text ${times} times over until the limit stopped it.`
        : `The answer ends in the same text ${times} times over: most likely the model was caught in a loop.`,
    fix: repetitionCure,
    reference: "vllm-project/vllm#40080",
  },
  "usage-missing": {
    title: "No token counts",
    cause: () =>
      "The server sent no token counts although they were asked for, so OpenCode cannot know when the context is full and never compacts in time.",
    fix: usageCure,
    reference: "https://docs.vllm.ai/en/latest/cli/serve.html",
  },
  "finish-without-call": {
    title: "Tool call announced, none sent",
    cause: () => "The server ended the answer with finish reason `tool_calls` but sent no tool call.",
    fix: parserCure,
    reference: "vllm-project/vllm#53255",
  },
} satisfies Record<string, FindingText>

const SHAPE: Readonly<Record<string, string>> = {
  "id-missing": "the first piece has no `id`",
  "name-missing": "the first piece does not name the tool",
  "index-missing": "they have no `index`",
  "index-reused": "two calls share one `index`, and clients join them into one",
  "name-repeated": "later pieces repeat the tool's name",
}

const INVALID: Readonly<Record<string, (facts: FindingFacts) => string>> = {
  "not-json": () => "its arguments are no complete JSON",
  "not-object": () => "its arguments are JSON, but no object",
  "missing-required": ({ field }) => `the required argument \`${field}\` is missing`,
  "wrong-type": ({ field }) => `the argument \`${field}\` is not of the type that the tool asks for`,
  "double-encoded": ({ field }) => `${field ? `the argument \`${field}\` is` : "its arguments are"} JSON inside a string`,
  duplicated: () => "its arguments arrived twice",
}
