import { describe, expect, test } from "bun:test"
import { findingNotice, healthNotice, recoveredNotice, toolLine } from "../../src/report/notice.ts"
import { checks, healthy, leak, refused, twoProblems } from "./fixtures.ts"

describe("notices", () => {
  test("one problem is one line what and one line cure", () => {
    expect(healthNotice(refused)).toBe(`opencode-vllm: my-vllm: Nothing listens at gpu-box:8000.
Cure: Start the server, or correct provider.my-vllm.options.baseURL.`)
  })

  test("several problems of a server are one notice", () => {
    const report = {
      ...healthy,
      checks: checks(
        { id: "model", status: "fail", code: "no-such-model", message: "A is not served.", fix: "Write B." },
        { id: "limits", status: "warn", code: "limit-missing", message: "A has no limit.context.", fix: "Set it." },
      ),
    }
    expect(healthNotice(report)).toBe(`opencode-vllm: my-vllm: 2 problems

- A is not served.
  Cure: Write B.
- A has no limit.context.
  Cure: Set it.`)
  })

  test("how busy a server is does not stand beside what is broken", () => {
    expect(healthNotice(twoProblems)).not.toContain("wait for a place")
    expect(healthNotice({ ...twoProblems, checks: twoProblems.checks.filter((c) => c.id !== "model") })).toContain(
      "wait for a place",
    )
  })

  test("a server without a provider is called by its address, without its password", () => {
    expect(recoveredNotice({ ...healthy, provider: undefined, url: "http://me:secret@gpu:8000/v1" })).toBe(
      "opencode-vllm: http://***@gpu:8000/v1 works again.",
    )
  })

  test("a finding is what, cure and evidence; tags stand in backticks, so that they do not vanish", () => {
    expect(
      findingNotice(leak.finding),
    ).toBe(`opencode-vllm: The model's thoughts (\`<think>\`…\`</think>\`) stand inside the argument command of bash: the server's reasoning parser does not fit.
Cure: Restart vLLM with --reasoning-parser nemotron_v3; the model card has the last word.
Seen: \`<think>We should list the files</think>ls\``)
  })

  test("a repeated finding says how often, and needs no excerpt", () => {
    const { excerpt: _, ...plain } = leak.finding
    const text = findingNotice(plain, { count: 3 })
    expect(text.split("\n")).toHaveLength(2)
    expect(text).toContain("(3 times in this session)")
  })

  test("the line in front of a tool's output is one line", () => {
    const line = toolLine({ ...leak.finding, cause: "It\nbroke.", fix: "Set\nit." })
    expect(line).toBe("opencode-vllm: It broke.")
  })

  test("tags that are in backticks already are not wrapped twice", () => {
    expect(toolLine({ ...leak.finding, cause: "`</think>` and <|im_end|> leaked.", fix: "" })).toBe(
      "opencode-vllm: `</think>` and `<|im_end|>` leaked.",
    )
  })
})
