import { expect, test } from "bun:test"
import fc from "fast-check"
import { post, withSim } from "./client.ts"

const ROUTES = ["/v1/chat/completions", "/v1/completions", "/tokenize", "/detokenize"]

/** Bodies with the right keys and any values under them. */
const body = fc.record(
  {
    model: fc.oneof(fc.constant("nemotron-3-super"), fc.jsonValue()),
    messages: fc.oneof(
      fc.array(fc.record({ role: fc.constantFrom("system", "user", "tool"), content: fc.jsonValue() })),
      fc.jsonValue(),
    ),
    tools: fc.oneof(fc.array(fc.record({ type: fc.constant("function"), function: fc.jsonValue() })), fc.jsonValue()),
    tool_choice: fc.oneof(fc.constantFrom("auto", "none", "required"), fc.jsonValue()),
    prompt: fc.jsonValue(),
    tokens: fc.jsonValue(),
    max_tokens: fc.oneof(fc.integer({ min: -1, max: 50 }), fc.jsonValue()),
    stream: fc.oneof(fc.boolean(), fc.jsonValue()),
    stream_options: fc.jsonValue(),
  },
  { requiredKeys: [] },
)

test("no body brings the server down: each gets an answer of the known kinds, and the next request is served", () =>
  withSim({}, async (sim) => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ROUTES), fc.oneof(body, fc.jsonValue()), async (path, value) => {
        const response = await post(sim, path, value)
        await response.text()
        expect([200, 400, 404]).toContain(response.status)
      }),
      { numRuns: 400 },
    )
    expect((await fetch(`${sim.url}/models`)).status).toBe(200)
  }))
