import { describe, expect, test } from "bun:test"
import { kindsOf, reportOf, requestWith } from "./answer.ts"

/** One call, as each family writes it, and as it looks when the server took the special tokens away. */
const WRITTEN: Record<string, string> = {
  "Qwen-XML": "<tool_call>\n<function=bash>\n<parameter=command>\nls -la\n</parameter>\n</function>\n</tool_call>",
  "Qwen-XML without its wrapper": "<function=bash>\n<parameter=command>\nls -la\n</parameter>\n</function>\n</tool_call>",
  Hermes: '<tool_call>\n{"name": "bash", "arguments": {"command": "ls -la"}}\n</tool_call>',
  Granite: '<|tool_call|>[{"name": "bash", "arguments": {"command": "ls -la"}}]',
  Hunyuan: '<tool_calls>[{"name": "bash", "arguments": {"command": "ls -la"}}]</tool_calls>',
  GLM: "<tool_call>bash\n<arg_key>command</arg_key>\n<arg_value>ls -la</arg_value>\n</tool_call>",
  "GLM without its wrapper": "bash\n<arg_key>command</arg_key>\n<arg_value>ls -la</arg_value>",
  "DeepSeek V3":
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>bash\n```json\n{"command": "ls -la"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  "DeepSeek V3 without its tokens": 'functionbash\n```json\n{"command": "ls -la"}\n```',
  "DeepSeek V3.1":
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>bash<｜tool▁sep｜>{"command": "ls -la"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  "DeepSeek V3.1 without its tokens": 'bash{"command": "ls -la"}',
  DSML: '<｜DSML｜tool_calls><｜DSML｜invoke name="bash"><｜DSML｜parameter name="command" string="true">ls -la</｜DSML｜parameter></｜DSML｜invoke></｜DSML｜tool_calls>',
  "DSML with narrow bars":
    '<|DSML|invoke name="bash">\n<|DSML|parameter name="command">ls -la</|DSML|parameter>\n</|DSML|invoke>',
  "Kimi K2":
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{"command": "ls -la"}<|tool_call_end|><|tool_calls_section_end|>',
  "Kimi K2 without its tokens": 'functions.bash:0{"command": "ls -la"}',
  "Kimi K3":
    '<|open|>tools<|sep|><|open|>call tool="bash" index="1"<|sep|><|open|>argument key="command" type="string"<|sep|>ls -la<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>',
  "MiniMax M2":
    '<minimax:tool_call>\n<invoke name="bash">\n<parameter name="command">ls -la</parameter>\n</invoke>\n</minimax:tool_call>',
  "Claude's imitators":
    '<function_calls>\n<invoke name="bash">\n<parameter name="command">ls -la</parameter>\n</invoke>\n</function_calls>',
  "Mistral of old": '[TOOL_CALLS][{"name": "bash", "arguments": {"command": "ls -la"}}]',
  Mistral: '[TOOL_CALLS]bash[ARGS]{"command": "ls -la"}',
  "Llama 3": '<|python_tag|>{"name": "bash", "parameters": {"command": "ls -la"}}',
  "Llama 3 without its token": '{"name": "bash", "parameters": {"command": "ls -la"}}',
  pythonic: '[bash(command="ls -la")]',
  "Olmo 3": '<function_calls>bash(command="ls -la")</function_calls>',
  "Olmo 3 without its tokens": 'bash(command="ls -la")',
  LFM2: '<|tool_call_start|>[bash(command="ls -la")]<|tool_call_end|>',
  "Phi-4-mini": 'functools[{"name": "bash", "arguments": {"command": "ls -la"}}]',
  InternLM: '<|action_start|><|plugin|>\n{"name": "bash", "parameters": {"command": "ls -la"}}<|action_end|>',
  "Step 3":
    '<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="bash"><steptml:parameter name="command">ls -la</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>',
  "Seed-OSS": "<seed:tool_call>\n<function=bash>\n<parameter=command>ls -la</parameter>\n</function>\n</seed:tool_call>",
  "Gemma 4": '<|tool_call>call:bash{command:<|"|>ls -la<|"|>}<tool_call|>',
  FunctionGemma: "<start_function_call>call:bash{command:<escape>ls -la<escape>}<end_function_call>",
  harmony: '<|channel|>commentary to=functions.bash <|constrain|>json<|message|>{"command": "ls -la"}<|call|>',
  Cohere: '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "bash", "parameters": {"command": "ls -la"}}]<|END_ACTION|>',
  "Cohere without its tokens": '[{"tool_call_id": "0", "tool_name": "bash", "parameters": {"command": "ls -la"}}]',
  Apertus: '<|tools_prefix|>[{"bash": {"command": "ls -la"}}]<|tools_suffix|>',
  "GigaChat 3": '<|function_call|>{"name": "bash", "arguments": {"command": "ls -la"}}',
  LongCat: '<longcat_tool_call>{"name": "bash", "arguments": {"command": "ls -la"}}</longcat_tool_call>',
  MiniCPM5: '<function name="bash"><param name="command">ls -la</param></function>',
  Inkling: '<|content_invoke_tool_json|>{"name": "bash", "args": {"command": "ls -la"}}<|end_message|>',
}

describe.each(Object.entries(WRITTEN))("a call as %s writes it", (_, call) => {
  test("is named where it is the end of the answer", () => {
    expect(kindsOf({ content: call })).toEqual(["call-in-content"])
    expect(kindsOf({ reasoning: "I list the files.", content: `I'll list the files.\n\n${call}\n` })).toEqual(["call-in-content"])
  })

  test("is named where it is the end of the reasoning and nothing followed", () => {
    expect(kindsOf({ reasoning: `I list the files.\n${call}` })).toEqual(["call-in-reasoning"])
  })

  test("is nothing in the reasoning of an answer, or in front of a parsed call", () => {
    expect(kindsOf({ reasoning: `I would write ${call}`, content: "Here you are." })).toEqual([])
    expect(kindsOf({ reasoning: call, calls: [{ name: "bash", arguments: { command: "ls -la" } }] })).toEqual([])
  })

  test("is an example in a fence, in quotes, with words behind it, or of an unknown tool", () => {
    expect(kindsOf({ content: `Like this:\n\n~~~~\n${call}\n~~~~\n` })).toEqual([])
    expect(kindsOf({ content: `It writes "${call}"` })).toEqual([])
    expect(kindsOf({ content: `${call}\n\nThat is how this family writes its calls.` })).toEqual([])
    expect(kindsOf({ content: call.replace("bash", "get_weather") })).toEqual([])
  })

  test("is nothing where no tool parser can have run, or where the user wrote it", () => {
    expect(kindsOf({ content: call }, { request: requestWith("Hi", { tool_choice: "none" }) })).not.toContain("call-in-content")
    expect(kindsOf({ content: call }, { request: requestWith(`What is wrong with this? ${call}`) })).toEqual([])
  })
})

test("the family is told by the tokens", () => {
  const family = (name: string): string | undefined => reportOf({ content: WRITTEN[name] ?? "" }).findings[0]?.family
  expect(["Kimi K2", "MiniMax M2", "Seed-OSS", "Gemma 4", "LFM2", "harmony"].map(family)).toEqual([
    "kimi-k2",
    "minimax-m2",
    "seed-oss",
    "gemma4",
    "lfm2",
    "gpt-oss",
  ])
})

test("where several families write alike, the cure names the tool parser that reads them", () => {
  const fix = (name: string, kind?: string): string | undefined =>
    reportOf({ content: WRITTEN[name] ?? "" }, { request: requestWith("Do it."), server: { kind } }).findings[0]?.fix
  expect(fix("Qwen-XML")).toContain("--tool-call-parser qwen3_coder`")
  expect(fix("Hermes")).toContain("--tool-call-parser hermes`")
  expect(fix("GLM")).toContain("--tool-call-parser glm47`")
  expect(fix("DSML")).toContain("--tool-call-parser deepseek_v4`")
  expect(fix("Qwen-XML", "sglang")).toContain("Restart SGLang with `--tool-call-parser qwen3_coder`")
  expect(fix("pythonic")).toContain("that the model's card names")
})

test("the way a call is written tells families apart that share their tokens", () => {
  const family = (content: string): string | undefined => reportOf({ content }).findings[0]?.family
  expect(["DeepSeek V3.1", "Phi-4-mini", "Olmo 3", "Granite", "InternLM"].map((name) => family(WRITTEN[name] ?? ""))).toEqual([
    "deepseek-v3.1",
    "phi4-mini",
    "olmo3",
    "granite3",
    "internlm",
  ])
  expect(family((WRITTEN.DSML ?? "").replaceAll("tool_calls", "function_calls"))).toBe("deepseek-v3.2")
})

describe("a call whose own text ends the thinking", () => {
  test("is divided between reasoning and answer, and named all the same", () => {
    expect(kindsOf({ reasoning: '[read(filePath="/src/cart.ts', content: '")]' })).toEqual(["call-in-reasoning"])
    expect(
      kindsOf({
        reasoning: "<seed:tool_call>\n<function=bash>\n<parameter=command>echo '",
        content: "'</parameter>\n</function>\n</seed:tool_call>",
      }),
    ).toEqual(["call-in-reasoning"])
    expect(kindsOf({ reasoning: '<|tool_call|>[{"name": "bash", "arguments": {"command": "echo ', content: " and" })).toEqual([
      "call-in-reasoning",
    ])
  })

  test("is none where the reasoning only speaks of one", () => {
    expect(kindsOf({ reasoning: 'I could write [read(filePath="/a")].', content: "Fine (see above)" })).toEqual([])
    expect(kindsOf({ reasoning: '<tool_call>\n{"name": "bash", "arguments": {', content: "That is how it begins." })).toEqual([])
  })
})

test("a call whose name carries a channel tail or the format's own namespace is one", () => {
  expect(
    kindsOf({ content: '<invoke name="bash<|channel|>commentary">\n<parameter name="command">ls</parameter>\n</invoke>' }),
  ).toEqual(["call-in-content"])
  expect(kindsOf({ content: '<invoke name="functions.bash">\n<parameter name="command">ls</parameter>\n</invoke>' })).toEqual([
    "call-in-content",
  ])
  expect(kindsOf({ content: '[bash(cmd="ls")]' })).toEqual(["call-in-content"])
})

test("of a request that is not known a call with its tokens is likely one", () => {
  const said = (content: string): string[] =>
    reportOf({ content }, {}).findings.map(({ kind, certainty }) => `${kind}/${certainty}`)
  expect(said(WRITTEN.GLM ?? "")).toEqual(["call-in-content/likely"])
  expect(said(WRITTEN.pythonic ?? "")).toEqual([])
  expect(said("The fix: replace [TOOL_CALLS] by <|im_end|>")).toEqual([])
})

test("a call without its special tokens is one", () => {
  for (const content of ["<tool_call>bash\ncommand\nls -la\n</tool_call>", "<tool_call>bashcommandls -la</tool_call>"])
    expect(kindsOf({ content })).toEqual(["call-in-content"])
  expect(kindsOf({ content: "<tool_call>is the tag of a call</tool_call>" })).toEqual([])
})
