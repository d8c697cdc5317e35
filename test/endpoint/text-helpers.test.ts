import { expect, test } from "bun:test"
import { clean, redact, redactUrl } from "../../src/endpoint/text.ts"

test("control characters go, secrets and credentials are hidden", () => {
  expect(clean("a\u001b[1mb", 9)).toBe("ab")
  expect(redact("x secret-key y", ["secret-key"])).toBe("x *** y")
  expect(redactUrl("http://u:p@h/v1")).toBe("http://***@h/v1")
})
