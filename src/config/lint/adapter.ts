import { problemAt, provider } from "./problem.ts"
import type { Problem, Rule } from "./types.ts"

const COMPATIBLE = "@ai-sdk/openai-compatible"
const OPENAI = "@ai-sdk/openai"

/** The adapter package speaks one API shape: `openai-compatible` Chat Completions, `openai` Responses. */
export const adapter: Rule = ({ loaded, own }) =>
  own.flatMap(({ id, endpoint, report }): Problem[] => {
    const shapes = report?.shapes
    if (!shapes) return []
    const chat = shapes.includes("chat")
    const responses = shapes.includes("responses")
    const right = endpoint.adapter === OPENAI && chat && !responses ? COMPATIBLE : undefined
    const other = endpoint.adapter === COMPATIBLE && responses && !chat ? OPENAI : undefined
    const value = right ?? other
    if (!value) return []
    const path = provider(id, "npm")
    const speaks = right ? "Chat Completions and not Responses" : "Responses and not Chat Completions"
    return [
      problemAt(
        loaded,
        path,
        {
          ...{ code: "wrong-adapter", rule: "wrong-adapter", severity: "fail" },
          message: `The server speaks ${speaks}, which ${endpoint.adapter} does not.`,
          fix: `Write "npm": "${value}".`,
        },
        { safe: true, path, value },
      ),
    ]
  })
