import { describe, expect, test } from "bun:test"
import { createInspector } from "../../src/stream/inspector.ts"
import type { Finding } from "../../src/stream/types.ts"
import { printable } from "../../src/stream/verdict.ts"
import { type Answer, eventsOf, reportOf, requestWith, sse } from "./answer.ts"

const DSML =
  '<｜DSML｜tool_calls><｜DSML｜invoke name="bash"><｜DSML｜parameter name="command">ls</｜DSML｜parameter></｜DSML｜invoke></｜DSML｜tool_calls>'

function first(answer: Answer, root?: string, kind = "vllm"): Finding | undefined {
  return reportOf(answer, { request: requestWith("Do it."), server: { kind, root } }).findings[0]
}

describe("the family that a finding names", () => {
  test("is that of what the server runs, then that of the model's name, which may be anything", () => {
    const swallowed = { content: "\n\n", usage: { completion_tokens: 64 } }
    expect(first({ ...swallowed, model: "gpt-oss" }, "nvidia/Nemotron-3-Super")?.family).toBe("nemotron3")
    expect(first({ ...swallowed, model: "Qwen3-Coder-30B" }, "/models/prod")?.family).toBe("qwen3-coder")
    expect(first(swallowed, "nvidia/Nemotron-3-Super")?.family).toBe("nemotron3")
    expect(first(swallowed)?.family).toBeUndefined()
  })

  test("is not changed by a token of another family that the model imitates", () => {
    const corrupt = { calls: [{ name: "bash<|channel|>commentary", arguments: { command: "ls" } }] }
    expect(first(corrupt, "nvidia/Nemotron-3-Super")?.family).toBe("nemotron3")
    expect(first(corrupt)?.family).toBe("gpt-oss")
  })

  test("follows the format of a call where the name misleads", () => {
    expect(
      first(
        {
          content: '<minimax:tool_call><invoke name="bash"><parameter name="command">ls</parameter></invoke></minimax:tool_call>',
        },
        "qwen3-8b",
      )?.family,
    ).toBe("minimax-m2")
    expect(first({ content: DSML }, "qwen3-8b")?.family).toBeUndefined()
    expect(first({ content: DSML }, "deepseek-ai/DeepSeek-V4")?.family).toBe("deepseek-v4")
  })
})

describe("the cure", () => {
  test("does not send people to flags that the answer shows to be right", () => {
    const leak = { reasoning: "I should read it.", calls: [{ name: "read", arguments: { filePath: "/a</think>" } }] }
    const fix = first(leak, "nvidia/Nemotron-3-Super")?.fix
    expect(fix).toContain(
      "`--enable-auto-tool-choice --tool-call-parser qwen3_coder --reasoning-parser nemotron_v3` is right for Nemotron 3",
    )
    expect(fix).toContain("the model itself drifted: use temperature 1.0, top_p 0.95")
    expect(first(leak)?.fix).toStartWith("The parsers are right: this answer shows that they work; the model itself drifted")
  })

  test("of a fault that the model may have made itself begins with a look at the flags", () => {
    const leak = { calls: [{ name: "read", arguments: { filePath: "/a</think>" } }] }
    expect(first(leak, "nvidia/Nemotron-3-Super")?.fix).toBe(
      "Check that vLLM runs with `--enable-auto-tool-choice --tool-call-parser qwen3_coder --reasoning-parser nemotron_v3` (Nemotron 3); if so, the model drifted: use temperature 1.0, top_p 0.95, and no `thinking_token_budget`.",
    )
    expect(first(leak)?.fix).toMatch(/^Check that vLLM runs with `--enable-auto-tool-choice` and the `--tool-call-parser`/)
    expect(first(leak, "x", "llama.cpp")?.fix).toContain("--jinja")
  })
})

describe("a newer server", () => {
  const value = '/a\n<｜DSML｜parameter name="content" string="true">hi'
  const lost = { reasoning: "I should write it.", calls: [{ name: "write", arguments: { filePath: value } }] }
  const fixOf = (answer: Answer, root: string, server: object): Finding | undefined =>
    reportOf(answer, { request: requestWith("Do it."), server: { kind: "vllm", root, ...server } }).findings[0]

  test("is the cure where the answer shows the flags to be right and this version has a known bug", () => {
    const finding = fixOf(lost, "deepseek-ai/DeepSeek-V4", { version: "0.29.0" })
    expect(finding).toMatchObject({ kind: "markup-in-arguments", reference: "vllm-project/vllm#53227" })
    expect(finding?.fix).toBe(
      "Update vLLM to 0.30.0 or later (this server runs 0.29.0): known bug vllm-project/vllm#53227, where a value swallows the next one when the model leaves a closing tag out.",
    )
  })

  test.each([
    ["the version with the fix", { version: "0.30.0" }],
    ["a later one", { version: "0.32.0" }],
    ["an unknown one", {}],
    ["text that is no version", { version: "0.29.0\u001b[2J" }],
    ["a server of another kind", { kind: "sglang", version: "0.4.0" }],
  ])("is not spoken of with %s", (_, server) => {
    const fix = fixOf(lost, "deepseek-ai/DeepSeek-V4", server)?.fix
    expect(fix).toContain("the model drifted")
    expect(fix).not.toContain("known bug")
  })

  test("comes after the flags where nothing shows that those are right", () => {
    const call = "<tool_call>\n<function=read>\n<parameter=filePath>\n/a\n</parameter>\n</function>\n</tool_call>"
    const finding = fixOf({ reasoning: `I should read it.\n${call}` }, "nvidia/Nemotron-3-Super", { version: "0.23.0" })
    expect(finding?.kind).toBe("call-in-reasoning")
    expect(finding?.fix).toBe(
      "Restart vLLM with `--enable-auto-tool-choice --tool-call-parser qwen3_coder --reasoning-parser nemotron_v3` (Nemotron 3); if it runs so already, update vLLM to 0.24.0 or later (this server runs 0.23.0): known bug vllm-project/vllm#45755, which keeps a call as reasoning when the model does not close its thinking first.",
    )
    const unsure = fixOf({ calls: lost.calls }, "deepseek-ai/DeepSeek-V4", { version: "0.29.0" })?.fix
    expect(unsure).toMatch(
      /^Check that vLLM runs with `[^`]+` \(DeepSeek V4\); if it runs so already, update vLLM to 0\.30\.0 or later/,
    )
  })

  test("is told from the answer itself where a gateway stands between", () => {
    const inspector = createInspector({ request: requestWith("Do it."), server: { kind: "litellm", version: "1.80.0" } })
    for (const event of eventsOf({ ...lost, model: "DeepSeek-V4" }))
      inspector.push(sse({ ...event, system_fingerprint: "vllm-0.29.0-tp2-1a2b3c4d" }))
    expect(inspector.end().findings[0]?.fix).toStartWith("Update vLLM to 0.30.0 or later (this server runs 0.29.0)")
  })

  test("is the cure for calls that are numbered wrongly", () => {
    const read = (id: string): object => ({ index: 0, id, function: { name: "read", arguments: '{"filePath":"/a"}' } })
    const inspector = createInspector({ request: requestWith("Do it."), server: { kind: "ollama", version: "0.20.5" } })
    for (const id of ["a", "b"])
      inspector.push(sse({ model: "gemma4:26b", choices: [{ index: 0, delta: { tool_calls: [read(id)] } }] }))
    inspector.push(sse({ choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] }))
    inspector.push(sse("[DONE]"))
    expect(inspector.end().findings.find(({ kind }) => kind === "stream-shape")).toMatchObject({
      fix: "Update Ollama to 0.20.6 or later (this server runs 0.20.5): known bug ollama/ollama#15457, which gives every call the `index` 0.",
      reference: "ollama/ollama#15457",
    })
  })
})

describe("a name from the server", () => {
  test("cannot break out of its backticks", () => {
    const finding = first({ calls: [{ name: "ba`sh`", arguments: {} }] })
    expect(finding?.cause).toContain("`ba'sh'`")
    expect(finding?.tool).toBe("ba`sh`")
  })
})

describe("text of the server in a sentence", () => {
  test("has no control or direction characters, one line, and an end", () => {
    expect(printable("a\u001b[2Jb\u202ec\nd\u0000e", 40)).toBe("a [2Jb c d e")
    expect(printable("x".repeat(500), 10)).toBe(`${"x".repeat(9)}…`)
    expect(printable("🙂".repeat(500), 10)).toBe(`${"🙂".repeat(9)}…`)
  })
})
