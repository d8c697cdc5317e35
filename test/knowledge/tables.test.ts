import { describe, expect, test } from "bun:test"
import { isCloudHost } from "../../src/knowledge/clouds.ts"
import { fieldKind } from "../../src/knowledge/fields.ts"

describe("a cloud", () => {
  test("is told by its host, whatever the case or port", () => {
    for (const host of [
      "api.openai.com",
      "API.OpenAI.com:443",
      "api.anthropic.com",
      "openrouter.ai",
      "generativelanguage.googleapis.com",
      "api.groq.com",
      "integrate.api.nvidia.com",
      "api.deepseek.com",
      "opencode.ai",
      "bedrock-runtime.eu-west-1.amazonaws.com",
      "my-team.openai.azure.com",
      "api.mistral.ai",
      "api.together.xyz",
      "api.fireworks.ai",
      "api.cerebras.ai",
      "api.x.ai",
      "router.huggingface.co",
      "dashscope-intl.aliyuncs.com",
      "api.moonshot.ai",
      "api.z.ai",
      "api.minimax.io",
    ]) {
      expect([host, isCloudHost(host)]).toEqual([host, true])
    }
  })

  test("is never a server of one's own, rented machines included", () => {
    for (const host of [
      "localhost",
      "localhost:8000",
      "127.0.0.1:8000",
      "[::1]:8000",
      "10.0.0.7",
      "gpu-box.local",
      "llm.example.org",
      "ec2-3-4-5-6.eu-west-1.compute.amazonaws.com",
      "notopenai.com",
      "api.openai.com.example.org",
      "x.endpoints.huggingface.cloud",
    ]) {
      expect([host, isCloudHost(host)]).toEqual([host, false])
    }
  })
})

describe("the kind of an argument", () => {
  test("of OpenCode's own tools is in the table", () => {
    expect(fieldKind("bash", "command")).toBe("command")
    expect(fieldKind("read", "filePath")).toBe("path")
    expect(fieldKind("grep", "pattern")).toBe("pattern")
    expect(fieldKind("glob", "pattern")).toBe("glob")
    expect(fieldKind("todowrite", "todos.status")).toBe("identifier")
    expect(fieldKind("todowrite", "todos.content")).toBe("label")
    expect(fieldKind("task", "prompt")).toBe("prose")
    expect(fieldKind("edit", "oldString")).toBe("content")
  })

  test("of other tools follows from schema, then name, then nothing", () => {
    expect(fieldKind("x", "anything", { enum: ["a"] })).toBe("identifier")
    expect(fieldKind("x", "anything", { type: "integer" })).toBe("identifier")
    expect(fieldKind("x", "target_file")).toBe("path")
    expect(fieldKind("x", "baseUrl")).toBe("url")
    expect(fieldKind("x", "libraryId")).toBe("identifier")
    expect(fieldKind("x", "body")).toBe("content")
    expect(fieldKind("x", "blurb")).toBe("prose")
  })
})

test("rented machines are one's own, hosted services are not", () => {
  for (const host of ["api.openai.com", "my.openai.azure.com", "OPENROUTER.ai:443", "bedrock-runtime.eu-west-1.amazonaws.com"])
    expect([host, isCloudHost(host)]).toEqual([host, true])
  for (const host of [
    "localhost",
    "10.0.0.7",
    "gpu.openai.com.lan",
    "notopenai.com",
    "ec2-1-2-3-4.compute.amazonaws.com",
    "abc-8000.proxy.runpod.net",
  ])
    expect([host, isCloudHost(host)]).toEqual([host, false])
})
