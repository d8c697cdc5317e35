import type { Saying, Scenario } from "./types.ts"

/** A call that does no harm anywhere. Where its tool is not declared, another declared one takes its place. */
export const LOOK: Saying = {
  reasoning: "I should list the files first.",
  calls: [{ name: "bash", arguments: { command: "ls -la src", description: "List files in src" } }],
}

const ABOUT: Saying = {
  reasoning: "The user asks what the project does. I can say it from the listing.",
  content: "The project keeps the items of a shopping cart and computes the total.",
}

const CHANGES = Array.from({ length: 40 }, (_, i) => `\n- change number ${i}, described at some length`).join("")

const PAGE =
  '# Parsers\n\nA Hermes model writes a call like this:\n\n```xml\n<tool_call>\n{"name": "get_weather"}\n</tool_call>\n```\n'

const TABLE = {
  healthy: {
    line: "everything right: the model thinks, calls a harmless tool, then answers",
    says: LOOK,
    recorded: "healthy",
  },
  "healthy-text": {
    line: "everything right: the model thinks and answers without a tool",
    says: ABOUT,
    recorded: "healthy-text",
  },
  "leak-block": {
    line: "the model puts its thoughts into bash.command",
    fault: "reasoning-in-arguments",
    recorded: "leak-block",
    says: {
      reasoning: "I should list files.",
      calls: [
        {
          name: "bash",
          arguments: { command: "<think>\nThe user wants src only.\n</think>\nls -la src", description: "List files" },
        },
      ],
    },
  },
  "leak-path": {
    line: "the model puts its thoughts into read.filePath, so the tool fails",
    fault: "reasoning-in-arguments",
    recorded: "leak-path",
    says: {
      reasoning: "The total is computed in cart.ts.",
      calls: [{ name: "read", arguments: { filePath: "<think>\nThe total is computed in cart.ts.\n</think>\nsrc/cart.ts" } }],
    },
  },
  swallowed: {
    line: "wrong tool parser (hermes): the call vanishes, only the token count shows it",
    fault: "output-swallowed",
    recorded: "swallowed",
    parsers: { tool: "hermes", reasoning: "qwen3" },
    says: LOOK,
  },
  "answer-in-reasoning": {
    line: "the model never ends its thoughts: the answer is reasoning, the person sees nothing",
    fault: "answer-in-reasoning",
    recorded: "answer-in-reasoning",
    says: {
      reasoning: "The user asks about cart.ts. It keeps the items of a cart and computes the total, so I will say that.",
      neverClosed: true,
    },
  },
  empty: {
    line: "the model ends at once: nothing at all arrives, finish is stop",
    fault: "empty-answer",
    recorded: "empty",
    says: { neverClosed: true },
  },
  "truncated-in-arguments": {
    line: "the output limit is reached inside the arguments of a call",
    fault: "truncated",
    recorded: "truncated-in-arguments",
    cutAt: 120,
    says: {
      reasoning: "Write it.",
      calls: [{ name: "write", arguments: { filePath: "/home/dev/shop/CHANGELOG.md", content: `# Changelog\n${CHANGES}` } }],
    },
  },
  "truncated-in-reasoning": {
    line: "the output limit is reached while the model is still thinking",
    fault: "truncated",
    recorded: "truncated-in-reasoning",
    cutAt: 48,
    says: { reasoning: "First, I need to understand the whole code base. ".repeat(40) },
  },
  "stream-error": {
    line: "the server fails in mid-stream: an error object, then [DONE]",
    fault: "stream-error",
    says: ABOUT,
    chat: "error-object",
  },
  cut: {
    line: "the connection breaks in mid-stream",
    fault: "stream-error",
    says: ABOUT,
    chat: "cut",
  },
  "name-junk": {
    line: "a channel token hangs on the tool's name",
    fault: "tool-name-corrupt",
    recorded: "name-junk",
    says: {
      reasoning: "List.",
      calls: [{ name: "bash<|channel|>commentary", arguments: { command: "ls", description: "List files" } }],
    },
  },
  "unknown-tool": {
    line: "the model calls a tool that the request did not declare",
    fault: "unknown-tool",
    recorded: "unknown-tool",
    says: { reasoning: "I will run the tests.", calls: [{ name: "run_terminal_command", arguments: { command: "bun test" } }] },
  },
  "bad-arguments": {
    line: "the tool parser cuts a value at a delimiter: the arguments are not JSON",
    fault: "arguments-invalid",
    recorded: "bad-arguments",
    parsers: { tool: "hermes", reasoning: "qwen3" },
    says: {
      reasoning: "A short page with an example.",
      calls: [{ name: "write", arguments: { filePath: "/home/dev/shop/docs/parsers.md", content: PAGE } }],
    },
  },
  "missing-argument": {
    line: "the model calls read without the required filePath",
    fault: "arguments-invalid",
    recorded: "missing-argument",
    says: { reasoning: "Open it.", calls: [{ name: "read", arguments: { path: "/home/dev/shop/src/cart.ts" } }] },
  },
  "no-tool-parser": {
    line: "started without any parser flag: requests with tools are refused (400)",
    fault: "tools-off",
    parsers: { tool: null, reasoning: null },
    says: LOOK,
  },
  "wrong-key": {
    line: "every /v1 route answers 401",
    fault: "unauthorized",
    refuseKeys: true,
    says: LOOK,
  },
  loading: {
    line: "not ready yet: 503 on every route",
    fault: "starting",
    whole: "starting",
  },
  "engine-dead": {
    line: "the engine died: /health 503, chat 500, the model list still answers",
    fault: "engine-dead",
    chat: "engine-dead",
  },
  hung: {
    line: "the engine hangs: /health says 200, a chat never gets its first byte",
    fault: "hung",
    chat: "hang",
  },
  "slow-first-token": {
    line: "healthy, but the first token takes six seconds",
    says: LOOK,
    recorded: "healthy",
    firstTokenMs: 6000,
  },
  sleeping: {
    line: "the engine sleeps (level 1): /health says 200, a chat waits for the wake-up",
    fault: "sleeping",
    chat: "hang",
    pinned: { asleep: true },
  },
  queue: {
    line: "overloaded: requests wait, the KV cache is 98 % full",
    fault: "queueing",
    says: LOOK,
    recorded: "healthy",
    firstTokenMs: 5000,
    pinned: { running: 48, waiting: 17, kvCacheUsage: 0.98, preemptions: 231 },
  },
  "no-models": {
    line: "the model list is empty",
    fault: "no-models",
    served: null,
  },
  "wrong-model-name": {
    line: "the model is served under another name: chats get 404",
    fault: "no-such-model",
    says: LOOK,
    recorded: "healthy",
    served: "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4",
  },
  "small-context": {
    line: "--max-model-len 4096: an agent's first message is refused (400)",
    fault: "output-eats-context",
    says: ABOUT,
    maxModelLen: 4096,
  },
  html: {
    line: "a login page of a gateway answers on every route",
    fault: "html",
    whole: "html",
  },
  garbage: {
    line: "a chat answers with random bytes as its event stream",
    fault: "stream-error",
    chat: "garbage",
  },
  flood: {
    line: "a chat answers with 20 MB without a newline",
    fault: "stream-error",
    chat: "flood",
  },
  "hung-all": {
    line: "accepts connections and never answers on any route",
    fault: "hung",
    whole: "silent",
  },
} satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof TABLE

/** Every behaviour the simulated server has, by name. */
export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = TABLE

export const isScenarioName = (name: string): name is ScenarioName => Object.hasOwn(TABLE, name)
