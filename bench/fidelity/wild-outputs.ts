import type { WildCase } from "../../test/formats/wild/cases.ts"
import type { Output } from "./output.ts"
import type { Random } from "./random.ts"

/**
 * Random outputs of every family in the ways that its own parser in vLLM accepts: values of every kind, delimiters of all families within
 * them, text between parallel calls, newlines here and there, the last closers left out.
 */
type Args = Record<string, unknown>
interface Call {
  name: string
  args: Args
}
interface Writer {
  family: string
  /** Opener and closer of the thoughts; none where the family does not think. */
  think?: readonly [string, string]
  /** The template opens the thoughts. */
  opened?: boolean
  /** Text may stand between calls. */
  between?: boolean
  /** Nothing follows a call. */
  last?: boolean
  call(call: Call, index: number, random: Random): string
  /** Around calls that stand together. */
  around?: (calls: string[], random: Random) => string
  say?: (text: string, final: boolean) => string
  /** What a model may leave out at the very end. */
  droppable?: readonly string[]
  end?: string
}

const json = JSON.stringify
const dumps = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(dumps).join(", ")}]`
  if (value === null || typeof value !== "object") return json(value)
  const members = Object.entries(value).map(([key, one]) => `${json(key)}: ${dumps(one)}`)
  return `{${members.join(", ")}}`
}
const anyJson = (value: unknown, random: Random): string =>
  random.pick([dumps, json, (one: unknown) => JSON.stringify(one, null, 2), dumps])(value)
const inTag = (value: unknown): string => (typeof value === "string" ? value : dumps(value))

function repr(value: unknown, random: Random): string {
  if (value === null) return "None"
  if (typeof value === "boolean") return value ? "True" : "False"
  if (Array.isArray(value)) return `[${value.map((one) => repr(one, random)).join(", ")}]`
  if (typeof value === "object") {
    const members = Object.entries(value as Args).map(([key, one]) => `${repr(key, random)}: ${repr(one, random)}`)
    return `{${members.join(", ")}}`
  }
  if (typeof value !== "string") return json(value)
  const quote = random.pick(["'", '"'])
  const plain = value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t")
  return quote + plain.replaceAll(quote, `\\${quote}`) + quote
}
const python = ({ name, args }: Call, random: Random): string => {
  const glue = random.pick([", ", ",", ", "])
  return `${name}(${Object.entries(args)
    .map(([key, value]) => `${key}=${repr(value, random)}`)
    .join(glue)})`
}

const THINK = ["<think>", "</think>"] as const

const xml =
  (before: string, behind: string, compact: boolean) =>
  ({ name, args }: Call, _index: number, random: Random): string => {
    const line = random.chance(0.8) ? "\n" : ""
    const params = Object.entries(args).map(([key, value]) =>
      compact ? `<parameter=${key}>${inTag(value)}</parameter>` : `<parameter=${key}>\n${inTag(value)}\n</parameter>`,
    )
    const lines = [`<function=${name}>`, ...params, "</function>"]
    return before === "" ? lines.join("\n") : `${before}${line}${lines.join("\n")}${line}${behind}`
  }
const hermes = (key: string, before: string, behind: string) => (call: Call, _index: number, random: Random) => {
  const space = random.pick(["\n", "", " ", "\n"])
  const args = random.chance(0.06) ? json(call.args) : call.args
  const object = random.chance(0.1) ? { [key]: args, name: call.name } : { name: call.name, [key]: args }
  return `${before}${space}${anyJson(object, random)}${space}${behind}`
}
const glm = ({ name, args }: Call, _index: number, random: Random): string => {
  const line = random.pick(["\n", "", "\n"])
  const pairs = Object.entries(args).map(
    ([key, value]) => `<arg_key>${key}</arg_key>${line}<arg_value>${inTag(value)}</arg_value>${line}`,
  )
  return `<tool_call>${name}${line}${pairs.join("")}</tool_call>`
}
const invoke =
  (prefix: string, attribute: boolean) =>
  ({ name, args }: Call, _index: number, random: Random): string => {
    const line = random.chance(0.8) ? "\n" : ""
    const params = Object.entries(args).map(([key, value]) => {
      const kind = attribute ? ` string="${typeof value === "string"}"` : ""
      return `<${prefix}parameter name="${key}"${kind}>${inTag(value)}</${prefix}parameter>`
    })
    return [`<${prefix}invoke name="${name}">`, ...params, `</${prefix}invoke>`].join(line)
  }
const wrap =
  (before: string, behind: string, glue = "") =>
  (calls: string[], random: Random) => {
    const line = random.pick(["\n", "", "\n"])
    return `${before}${line}${calls.join(glue || line)}${line}${behind}`
  }
const list = (before: string, behind: string) => (calls: string[], random: Random) => {
  const space = random.pick(["", "\n", " "])
  return `${before}[${space}${calls.join(random.pick([", ", ",\n"]))}${space}]${behind}`
}
const object = (key: string) => (call: Call, _index: number, random: Random) =>
  anyJson({ name: call.name, [key]: call.args }, random)

const DEEPSEEK = wrapTight("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>")
function wrapTight(before: string, behind: string) {
  return (calls: string[], random: Random) => before + calls.join(random.pick(["", "\n"])) + behind
}

const QWEN: Omit<Writer, "family"> = {
  between: true,
  call: xml("<tool_call>", "</tool_call>", false),
  droppable: ["</tool_call>", "</function>"],
}
const HERMES: Omit<Writer, "family"> = {
  between: true,
  call: hermes("arguments", "<tool_call>", "</tool_call>"),
  droppable: ["</tool_call>"],
}

export const WRITERS: readonly Writer[] = [
  { family: "nemotron3", think: THINK, opened: true, ...QWEN, end: "<|im_end|>" },
  { family: "qwen3-coder", ...QWEN, end: "<|im_end|>" },
  { family: "qwen3.5", think: THINK, opened: true, ...QWEN },
  { family: "step-3.5", think: THINK, opened: true, ...QWEN },
  { family: "granite4.2", think: THINK, opened: true, ...QWEN },
  { family: "mimo", think: THINK, ...QWEN, call: xml("<tool_call>", "</tool_call>", true) },
  {
    family: "seed-oss",
    think: ["<seed:think>", "</seed:think>"],
    ...QWEN,
    call: xml("<seed:tool_call>", "</seed:tool_call>", true),
    droppable: ["</seed:tool_call>", "</function>"],
    end: "<seed:eos>",
  },
  { family: "qwen2.5", ...HERMES, end: "<|im_end|>" },
  { family: "qwen3", think: THINK, ...HERMES },
  { family: "hermes", ...HERMES },
  { family: "granite4", ...HERMES, end: "<|end_of_text|>" },
  { family: "ernie4.5", think: THINK, opened: true, ...HERMES, say: (text) => `<response>\n${text}\n</response>` },
  { family: "xlam", call: object("arguments"), around: list("", "") },
  { family: "glm-4.5", think: THINK, between: true, call: glm, droppable: ["</tool_call>"], end: "<|observation|>" },
  { family: "glm-4.7", think: THINK, opened: true, between: true, call: glm, droppable: ["</tool_call>"] },
  { family: "laguna", think: THINK, opened: true, between: true, call: glm },
  {
    family: "deepseek-v3",
    call: ({ name, args }) =>
      `<｜tool▁call▁begin｜>function<｜tool▁sep｜>${name}\n\`\`\`json\n${dumps(args)}\n\`\`\`<｜tool▁call▁end｜>`,
    around: DEEPSEEK,
    droppable: ["<｜tool▁calls▁end｜>", "<｜tool▁call▁end｜>"],
    end: "<｜end▁of▁sentence｜>",
  },
  {
    family: "deepseek-v3.1",
    think: THINK,
    opened: true,
    call: ({ name, args }) => `<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${dumps(args)}<｜tool▁call▁end｜>`,
    around: DEEPSEEK,
    droppable: ["<｜tool▁calls▁end｜>", "<｜tool▁call▁end｜>"],
  },
  {
    family: "deepseek-v3.2",
    think: THINK,
    opened: true,
    call: invoke("｜DSML｜", true),
    around: wrap("<｜DSML｜function_calls>", "</｜DSML｜function_calls>"),
    droppable: ["</｜DSML｜function_calls>", "</｜DSML｜invoke>"],
  },
  {
    family: "deepseek-v4",
    think: THINK,
    opened: true,
    call: invoke("｜DSML｜", true),
    around: wrap("<｜DSML｜tool_calls>", "</｜DSML｜tool_calls>"),
    droppable: ["</｜DSML｜tool_calls>", "</｜DSML｜invoke>"],
  },
  {
    family: "kimi-k2",
    think: THINK,
    opened: true,
    call: ({ name, args }, index, random) => {
      const space = random.pick(["", "", " ", "\n"])
      return `<|tool_call_begin|>${space}functions.${name}:${index}${space}<|tool_call_argument_begin|>${space}${dumps(args)}${space}<|tool_call_end|>`
    },
    around: (calls, random) => {
      const s = random.chance(0.85) ? "s" : ""
      return `<|tool_call${s}_section_begin|>${calls.join(random.pick(["", "\n"]))}<|tool_call${s}_section_end|>`
    },
    droppable: ["<|tool_calls_section_end|>", "<|tool_call_end|>"],
    end: "<|im_end|>",
  },
  {
    family: "minimax-m2",
    think: THINK,
    opened: true,
    between: true,
    call: invoke("", false),
    around: wrap("<minimax:tool_call>", "</minimax:tool_call>"),
    droppable: ["</minimax:tool_call>", "</invoke>"],
    end: "[e~[",
  },
  { family: "mistral", call: object("arguments"), around: list("[TOOL_CALLS]", ""), end: "</s>" },
  {
    family: "magistral",
    think: ["[THINK]", "[/THINK]"],
    call: ({ name, args }, _index, random) =>
      `[TOOL_CALLS]${name}${random.chance(0.3) ? "[CALL_ID]abcdefghi" : ""}[ARGS]${dumps(args)}`,
    around: (calls) => calls.join(""),
    end: "</s>",
  },
  { family: "llama3", call: object("parameters"), around: (calls) => calls.join("; "), end: "<|eot_id|>" },
  { family: "llama4", call: (call, _index, random) => python(call, random), around: list("", ""), end: "<|eot|>" },
  {
    family: "lfm2",
    think: THINK,
    between: true,
    call: (call, _index, random) => python(call, random),
    around: list("<|tool_call_start|>", "<|tool_call_end|>"),
    droppable: ["<|tool_call_end|>"],
  },
  {
    family: "olmo3",
    think: THINK,
    opened: true,
    call: (call, _index, random) => python(call, random),
    around: wrap("<function_calls>", "</function_calls>", "\n"),
    droppable: ["</function_calls>"],
  },
  { family: "phi4-mini", call: object("arguments"), around: list("functools", ""), end: "<|end|>" },
  { family: "granite3", call: object("arguments"), around: list("<|tool_call|>", "") },
  {
    family: "internlm",
    between: true,
    call: (call) => `<|action_start|><|plugin|>\n${dumps({ name: call.name, parameters: call.args })}<|action_end|>`,
    end: "<|im_end|>",
  },
  { family: "jamba", call: object("arguments"), around: list("<tool_calls>", "</tool_calls>") },
  { family: "hunyuan-a13b", think: THINK, call: object("arguments"), around: list("<tool_calls>", "</tool_calls>") },
  {
    family: "apertus",
    think: ["<|inner_prefix|>", "<|inner_suffix|>"],
    call: (call, _index, random) => anyJson({ [call.name]: call.args }, random),
    around: list("<|tools_prefix|>", "<|tools_suffix|>"),
    droppable: ["<|tools_suffix|>"],
  },
  {
    family: "command-a",
    think: ["<|START_THINKING|>", "<|END_THINKING|>"],
    call: (call, index) => dumps({ tool_call_id: String(index), tool_name: call.name, parameters: call.args }),
    around: list("<|START_ACTION|>", "<|END_ACTION|>"),
  },
  { family: "longcat", between: true, call: hermes("arguments", "<longcat_tool_call>", "</longcat_tool_call>") },
  {
    family: "gpt-oss",
    last: true,
    call: ({ name, args }, _index, random) =>
      random.pick([
        `<|start|>assistant<|channel|>commentary to=functions.${name} <|constrain|>json<|message|>${dumps(args)}<|call|>`,
        `<|start|>assistant to=functions.${name}<|channel|>commentary <|constrain|>json<|message|>${dumps(args)}<|call|>`,
        `<|start|>assistant<|channel|>commentary to=functions.${name} json<|message|>${dumps(args)}<|call|>`,
      ]),
    think: ["<|channel|>analysis<|message|>", "<|end|>"],
    say: (text, final) =>
      final
        ? `<|start|>assistant<|channel|>final<|message|>${text}<|return|>`
        : `<|start|>assistant<|channel|>commentary<|message|>${text}<|end|>`,
    droppable: ["<|call|>", "<|return|>"],
  },
  {
    family: "gemma4",
    think: ["<|channel>thought\n", "<channel|>"],
    call: ({ name, args }) => {
      const value = (one: unknown): string => {
        if (typeof one === "string") return `<|"|>${one}<|"|>`
        if (Array.isArray(one)) return `[${one.map(value).join(",")}]`
        if (one === null || typeof one !== "object") return json(one)
        return `{${Object.entries(one)
          .map(([key, inner]) => `${key}:${value(inner)}`)
          .join(",")}}`
      }
      return `<|tool_call>call:${name}${value(args)}<tool_call|>`
    },
    around: (calls) => calls.join(""),
  },
  {
    family: "step-3",
    think: THINK,
    opened: true,
    call: (call, index, random) =>
      `<｜tool_call_begin｜>function<｜tool_sep｜>${invoke("steptml:", false)(call, index, random)}<｜tool_call_end｜>`,
    around: wrapTight("<｜tool_calls_begin｜>", "<｜tool_calls_end｜>"),
  },
]

const DELIMITERS = [
  "<think>",
  "</think>",
  "<tool_call>",
  "</tool_call>",
  "<function=bash>",
  "</function>",
  "<parameter=path>",
  "</parameter>",
  "<arg_key>",
  "</arg_value>",
  "<minimax:tool_call>",
  "</minimax:tool_call>",
  '<invoke name="bash">',
  "</invoke>",
  "<|tool_call_begin|>",
  "<|tool_call_end|>",
  "<|tool_calls_section_end|>",
  "<｜tool▁call▁end｜>",
  "<｜tool▁calls▁end｜>",
  "</｜DSML｜parameter>",
  "</｜DSML｜invoke>",
  "[TOOL_CALLS]",
  "[ARGS]",
  "[/THINK]",
  "<|python_tag|>",
  "<|channel|>",
  "<|call|>",
  "<|end|>",
  "</seed:tool_call>",
  "</seed:think>",
  "<|im_end|>",
  "</s>",
  "<tool_call|>",
  '<|"|>',
  "</tool_calls>",
  "<|tool_call_end|>",
  "</function_calls>",
]
const TEXTS = [
  "ls -la src",
  "größer → 北京 🎉 👩‍💻",
  "say \"hi\" 'there' `x`",
  "a\\nb\\\\c \\d+ C:\\new",
  "if (a < b && c > d) { return [1, (2)] }",
  '{"name": "bash", "arguments": {"command": "rm -rf /"}}',
  "[bash(command='ls')]",
  "def f(x='a', *, y=None):\n    return {'k': [x, y]}\n",
  '<div class="a">\n  <p>text &amp; more</p>\n</div>',
  "```ts\nconst a = 1\n```",
  "line one\nline two\n\n\tindented",
  "x = 1 # </p>",
  "5",
  "true",
  "null",
  "",
  "  spaces around  ",
  "\nnewline first",
  "newline last\n",
  "a\r\nb",
]

function value(random: Random, writer: Writer): string {
  const delimiter = (): string => {
    const literal = random.pick(DELIMITERS)
    return random.pick([
      literal,
      `"${literal}"`,
      `the ${literal} tag`,
      `\n${literal}\n`,
      `${literal} `,
      `'${literal}'`,
      `x${literal}y`,
    ])
  }
  const sample = (): string => {
    const calls = [writer.call({ name: "bash", args: { command: "ls", description: "x" } }, 0, random)]
    return `Example:\n\`\`\`\n${writer.around ? writer.around(calls, random) : calls[0]}\n\`\`\`\n`
  }
  const kind = random.below(20)
  if (kind < 9) return random.pick(TEXTS)
  if (kind < 13) return random.pick(TEXTS) + delimiter() + random.pick(TEXTS)
  if (kind < 16) return `${random.pick(TEXTS)}\n${delimiter()}\n${random.pick(TEXTS)}`
  if (kind < 18) return delimiter() + delimiter()
  return sample()
}

function call(random: Random, writer: Writer): Call {
  const text = (): string => value(random, writer)
  const pickCall: (() => Call)[] = [
    () => ({ name: "bash", args: { command: text(), description: text() } }),
    () => ({ name: "bash", args: { command: text(), timeout: random.below(90_000), description: "Run" } }),
    () => ({ name: "read", args: { filePath: `/src/${random.below(99)}.ts`, offset: random.below(500) } }),
    () => ({ name: "write", args: { content: text(), filePath: "/docs/größe.md" } }),
    () => ({ name: "edit", args: { filePath: "/a.ts", oldString: text(), newString: text(), replaceAll: random.chance(0.5) } }),
    () => ({
      name: "todowrite",
      args: { todos: Array.from({ length: random.below(3) }, () => ({ content: text(), status: "pending", priority: "high" })) },
    }),
    () => ({
      name: "get_weather",
      args: {
        city: text(),
        unit: "celsius",
        days: random.below(9) - 4,
        ratio: random.below(100) / 8,
        metric: random.chance(0.5),
        tags: random.pick([[], ["a"], ["x y", "z"]]),
        options: random.pick([{}, { deep: true, level: 2 }]),
        count: random.below(5),
        zip: random.pick(["00501", "1e5", "12"]),
      },
    }),
    () => ({ name: "now", args: {} }),
  ]
  return random.pick(pickCall)()
}

const THOUGHTS = [
  "I should list the files first.",
  "Let me see.\n\n1. read\n2. write `</think>` later\n",
  "größer? 北京 🎉",
  'The user wrote "<tool_call>" and wants to know.',
]
const SAYS = [
  "I'll look.",
  "größer → 北京 🎉\n\n- one\n- two",
  "The tag `</tool_call>` ends it, `<think>` begins it.",
  "Use `a < b`: 5 > 4.",
]

/** One output and what it means. */
export function wildOutput(random: Random, writer: Writer): WildCase {
  const count = random.pick([0, 1, 1, 1, 2, 3])
  const calls = Array.from({ length: count }, () => call(random, writer))
  const meant: Output = { reasoning: "", content: "", calls: calls.map(({ name, args }) => ({ name, arguments: args })) }
  const say = writer.say ?? ((text: string) => text)
  let text = ""
  let open = false
  if (writer.think && random.chance(0.6)) {
    const [opener, closer] = writer.think
    const line = opener.includes("|") || opener.includes("[") ? "" : random.pick(["\n", ""])
    const thought = random.pick(THOUGHTS).trim()
    meant.reasoning = thought
    open = writer.opened === true
    text += `${open ? "" : opener}${line}${thought}${line}${closer}${line}${line}`
  }
  const contents: string[] = []
  if (count === 0 || random.chance(0.4)) {
    const said = random.pick(SAYS)
    contents.push(said)
    const line = writer.say ? "" : count > 0 ? random.pick(["\n", "\n\n"]) : ""
    text += say(said, count === 0) + line
  }
  const written = calls.map((one, index) => writer.call(one, index, random))
  const around = writer.around ?? ((parts: string[]) => parts.join(writer.last ? "" : "\n"))
  if (count > 1 && writer.between && !writer.say && random.chance(0.3)) {
    const middle = "Then this:"
    text += `${around(written.slice(0, 1), random)}\n${middle}\n${around(written.slice(1), random)}`
    contents.push(middle)
  } else if (count > 0) text += around(written, random)
  if (count > 0 && writer.droppable && random.chance(0.12)) {
    for (const part of writer.droppable) {
      // A name alone is no call.
      const bare = calls.at(-1)?.name === "now" && /function>|invoke>|^<\/tool_call>/.test(part)
      if (bare || !text.trimEnd().endsWith(part) || random.chance(0.3)) break
      text = text.trimEnd().slice(0, -part.length)
    }
  } else if (writer.end && random.chance(0.5)) text += writer.end
  meant.content = contents.join("\n")
  return { family: writer.family, what: "random", text, meant, open }
}
