import { describe, expect, test } from "bun:test"
import { findingNotice, healthNotice, recoveredNotice, toolLine } from "../../src/report/notice.ts"
import { checks, healthy, leak, refused, twoProblems } from "./fixtures.ts"

const warning = { say: "warning", key: "k", finding: leak.finding } as const

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
      findingNotice(warning),
    ).toBe(`opencode-vllm: The model's thoughts (\`<think>\`…\`</think>\`) stand inside the argument command of bash: the server's reasoning parser does not fit.
Cure: Restart vLLM with --reasoning-parser nemotron_v3; the model card has the last word.
Seen: \`<think>We should list the files</think>ls\``)
  })

  test("a finding without evidence is what and cure", () => {
    expect(findingNotice(warning, { evidence: false }).split("\n")).toHaveLength(2)
    expect(findingNotice({ ...warning, finding: { ...leak.finding, excerpt: undefined } }).split("\n")).toHaveLength(2)
  })

  const plain = { key: "k", finding: { ...leak.finding, cause: "It broke.", fix: "Set it." } }

  test("a cause that comes back says how often, in which tools, and the cure", () => {
    expect(findingNotice({ ...plain, say: "setting", times: 3, tools: ["bash", "write", "edit"] })).toBe(
      `opencode-vllm: It broke. It is not this one call: 3 times in this session, in \`bash\`, \`write\` and \`edit\`.
Cure: Set it.`,
    )
    expect(findingNotice({ ...plain, say: "setting", times: 5, tools: [] })).toContain(
      "It is not this one answer: 5 times in this session.",
    )
  })

  test("a burst suggests a new session after the cure, once", () => {
    const burst = { ...plain, say: "new-session", times: 5, answers: 7, tools: [] } as const
    expect(findingNotice(burst)).toBe(
      `opencode-vllm: It broke. That was 5 times within 7 answers: it stands in the history of this session by now, and models imitate what they read there.
Cure: Set it.
Then begin a new session (\`/new\`).`,
    )
    const said = { ...burst, finding: { ...plain.finding, fix: "Set it, then begin a new session." } }
    expect(findingNotice(said).match(/new session/g)).toHaveLength(1)
  })

  test("what only weak signs point to is called likely", () => {
    expect(findingNotice({ ...plain, say: "likely", answers: 3 })).toStartWith(
      "opencode-vllm: Likely, because 3 answers of this session show weak signs of it: It broke.",
    )
  })

  test("missing token counts are said with what follows from them", () => {
    expect(findingNotice({ ...plain, say: "no-usage", model: "a`b" })).toBe(
      `opencode-vllm: The server sends no token counts for \`a'b\`, so OpenCode cannot know when the context is full and the session has to be compacted.
Cure: Set it.`,
    )
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
