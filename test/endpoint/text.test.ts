import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { failureOf } from "../../src/endpoint/failure.ts"
import { proxyFor } from "../../src/endpoint/proxy.ts"
import { clean, redact, redactUrl } from "../../src/endpoint/text.ts"
import { parseBaseUrl } from "../../src/endpoint/url.ts"
import { atLeast } from "../../src/endpoint/version.ts"

describe("clean", () => {
  test("terminal escapes, controls, bidirectional and zero-width characters are gone", () => {
    expect(clean("\u001b[31mred\u001b[0m \u001b]0;title\u0007a\u202eb\u200bc\u0000d\u{e0041}e", 80)).toBe("red abcde")
  })

  test("white space is one space, and what is too long ends with an ellipsis", () => {
    expect(clean("  a\n\n\tb  ", 80)).toBe("a b")
    expect(clean("abcdefgh", 5)).toBe("abcd…")
    expect(clean("😀😀😀", 2)).toBe("😀…")
  })

  test("nothing invisible and nothing too long ever comes out", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 40 }), (text, max) => {
        const out = clean(text, max)
        expect([...out].length).toBeLessThanOrEqual(max)
        expect(out).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/)
        expect(() => encodeURIComponent(out)).not.toThrow()
      }),
    )
  })
})

describe("redact", () => {
  test("a key is taken out wherever it stands, encoded too", () => {
    expect(redact('key sk-a/b+c12345, "sk-a/b+c12345" and sk-a%2Fb%2Bc12345', ["sk-a/b+c12345"])).toBe('key ***, "***" and ***')
  })

  test("a short dummy key does not eat words", () => {
    expect(redact("EMPTY is not EMPTYING", ["EMPTY"])).toBe("*** is not EMPTYING")
    expect(redact("box", ["x", ""])).toBe("box")
  })

  test("an address loses what opens doors and keeps the rest", () => {
    expect(redactUrl("http://me:pw@gpu:8000/v1?api_key=abc&region=eu")).toBe("http://***@gpu:8000/v1?api_key=***&region=eu")
    expect(redactUrl("http://gpu:8000")).toBe("http://gpu:8000")
    expect(redactUrl("not//u:secret@host a?token=secret")).not.toContain("secret")
  })
})

describe("base URLs", () => {
  test.each([
    ["http://gpu:8000/v1", undefined, "http://gpu:8000"],
    ["http://gpu:8000/v1/", undefined, "http://gpu:8000"],
    ["http://gpu:8000", "http://gpu:8000/v1", "http://gpu:8000"],
    ["https://gw/vllm/v1", undefined, "https://gw/vllm"],
    ["http://gpu/v1/chat/completions", "http://gpu/v1", "http://gpu"],
    ["http://gpu/v1/models", "http://gpu/v1", "http://gpu"],
    ["http://gpu/v1/v1", "http://gpu/v1", "http://gpu"],
    ["http://gw/api/v3", undefined, "http://gw/api"],
  ])("%p should be %p with the root %p", (url, cure, root) => {
    expect(parseBaseUrl(url)).toMatchObject({ root, ...(cure ? { cure } : {}) })
    if (!cure) expect((parseBaseUrl(url) as { cure?: string }).cure).toBeUndefined()
  })

  test("any text is taken apart or refused, never thrown at", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true })), (url) => void parseBaseUrl(url)))
  })
})

describe("small readers", () => {
  test("the cause of an error is found however deep it lies, and its message is never repeated", () => {
    const deep = new TypeError("fetch failed to http://secret", {
      cause: new AggregateError([Object.assign(new Error("secret"), { code: "ECONNREFUSED" })]),
    })
    expect(failureOf(deep)).toEqual({ code: "refused", detail: "ECONNREFUSED" })
    expect(failureOf(Object.assign(new Error("Bearer secret"), { code: "E SECRET VALUE" }))).toEqual({
      code: "internal",
      detail: undefined,
    })
    for (const odd of [undefined, null, 7, "text", {}, new Error("x")]) expect(failureOf(odd).code).toBe("internal")
  })

  test("versions are compared by number", () => {
    expect(atLeast("0.100.0", 0, 24)).toBe(true)
    expect(atLeast("v0.24.0rc1+cpu", 0, 24)).toBe(true)
    expect(atLeast("0.9.2", 0, 24)).toBe(false)
    expect(atLeast("dev", 0, 24)).toBe(false)
  })

  test("a proxy of the environment applies unless the host is exempt", () => {
    const url = new URL("http://gpu.lan:8000/v1")
    expect(proxyFor(url, { HTTP_PROXY: "http://me:secret@proxy:3128" })).toEqual({
      host: "proxy:3128",
      url: "http://me:secret@proxy:3128/",
    })
    expect(proxyFor(url, { http_proxy: "proxy:3128", NO_PROXY: "localhost,.lan" })).toBeUndefined()
    expect(proxyFor(url, { HTTPS_PROXY: "http://proxy:3128" })).toBeUndefined()
    expect(proxyFor(url, {})).toBeUndefined()
  })
})

test("control characters go, secrets and credentials are hidden", () => {
  expect(clean("a\u001b[1mb", 9)).toBe("ab")
  expect(redact("x secret-key y", ["secret-key"])).toBe("x *** y")
  expect(redactUrl("http://u:p@h/v1")).toBe("http://***@h/v1")
})
