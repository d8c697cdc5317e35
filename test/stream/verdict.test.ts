import { describe, expect, test } from "bun:test"
import type { Finding } from "../../src/stream/types.ts"
import { printable } from "../../src/stream/verdict.ts"
import { type Answer, reportOf, requestWith } from "./answer.ts"

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
