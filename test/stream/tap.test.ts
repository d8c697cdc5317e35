import { describe, expect, test } from "bun:test"
import { inspectResponse } from "../../src/inspect.ts"
import { createInspector } from "../../src/stream/inspector.ts"
import { tap } from "../../src/stream/tap.ts"
import type { Inspector, Report } from "../../src/stream/types.ts"
import { requestWith, streamOf } from "./answer.ts"

const CHUNKS = streamOf({ reasoning: "I look.", calls: [{ name: "read", arguments: { filePath: "/a</think>" } }] })

interface Source {
  response: Response
  /** Chunks that were asked for. */
  pulled: () => number
  cancelled: () => unknown
}

function source(chunks: Uint8Array[], end: "close" | "error" = "close", error: unknown = new TypeError("terminated")): Source {
  let pulled = 0
  let cancelled: unknown
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[pulled++]
        if (chunk) controller.enqueue(chunk)
        else if (end === "close") controller.close()
        else controller.error(error)
      },
      cancel(reason) {
        cancelled = reason
      },
    },
    { highWaterMark: 0 },
  )
  const headers = { "content-type": "text/event-stream", "x-request-id": "r1" }
  return {
    response: new Response(body, { status: 200, statusText: "Fine", headers }),
    pulled: () => pulled,
    cancelled: () => cancelled,
  }
}

async function readAll(response: Response): Promise<Uint8Array[]> {
  const out: Uint8Array[] = []
  const reader = response.body!.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) out.push(part.value)
  return out
}

const broken: Inspector = {
  push() {
    throw new Error("push")
  },
  call: () => [],
  end() {
    throw new Error("end")
  },
}

describe("a tapped response", () => {
  test("has the same status, headers and chunks", async () => {
    const reports: Report[] = []
    const { response } = source(CHUNKS)
    const out = inspectResponse(response, { request: requestWith("Do it."), onReport: (report) => reports.push(report) })
    expect(out.status).toBe(200)
    expect(out.statusText).toBe("Fine")
    expect([...out.headers]).toEqual([...response.headers])
    expect(out.url).toBe(response.url)
    expect(await readAll(out)).toEqual(CHUNKS)
    expect(reports.map(({ findings }) => findings.map(({ kind }) => kind))).toEqual([["reasoning-in-arguments"]])
  })

  test("gives its first chunk without waiting for a second one", async () => {
    let asked = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (asked++ === 0) controller.enqueue(CHUNKS[0] ?? new Uint8Array())
          else return new Promise<void>(() => undefined)
        },
      },
      { highWaterMark: 0 },
    )
    const reader = tap(new Response(body), { inspector: createInspector(), onEnd: () => undefined }).body!.getReader()
    expect((await reader.read()).value as Uint8Array).toEqual(CHUNKS[0]!)
    expect(asked).toBe(1)
  })

  test("reads nothing ahead of its reader", async () => {
    const { response, pulled } = source(CHUNKS)
    const reader = tap(response, { inspector: createInspector(), onEnd: () => undefined }).body!.getReader()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(pulled()).toBe(0)
    for (let i = 1; i <= 4; i++) {
      await reader.read()
      await new Promise((resolve) => setTimeout(resolve, 2))
      expect(pulled()).toBe(i)
    }
  })

  test("passes a cancel on upstream and reports an aborted stream without findings", async () => {
    const reports: Report[] = []
    const { response, cancelled } = source(CHUNKS)
    const reader = tap(response, { inspector: createInspector(), onEnd: (report) => reports.push(report) }).body!.getReader()
    await reader.read()
    await reader.cancel("enough")
    expect(cancelled()).toBe("enough")
    expect(reports).toHaveLength(1)
    expect(reports[0]?.findings).toEqual([])
  })

  test("surfaces an upstream error unchanged and reports the broken stream", async () => {
    const reports: Report[] = []
    const error = new TypeError("terminated")
    const { response } = source(CHUNKS.slice(0, 4), "error", error)
    const out = tap(response, { inspector: createInspector(), onEnd: (report) => reports.push(report) })
    expect(readAll(out)).rejects.toBe(error)
    await readAll(out).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(reports.map(({ findings }) => findings.map(({ kind, detail }) => `${kind}:${detail}`))).toEqual([
      ["stream-error:no-finish"],
    ])
  })

  test("says nothing about a stream that the client aborted through its signal", async () => {
    const reports: Report[] = []
    const { response } = source(CHUNKS.slice(0, 4), "error", new DOMException("Aborted", "AbortError"))
    await readAll(tap(response, { inspector: createInspector(), onEnd: (report) => reports.push(report) })).catch(() => undefined)
    expect(reports[0]?.findings).toEqual([])
  })

  test("is not changed by an inspector that throws", async () => {
    const errors: unknown[] = []
    let ends = 0
    const { response } = source(CHUNKS)
    const out = tap(response, { inspector: broken, onEnd: () => ends++, onError: (error) => errors.push(error) })
    expect(await readAll(out)).toEqual(CHUNKS)
    expect(errors).toHaveLength(1)
    expect(ends).toBe(0)
  })

  test("is not changed by callbacks that throw", async () => {
    const fail = (): never => {
      throw new Error("callback")
    }
    const { response } = source(CHUNKS)
    expect(await readAll(tap(response, { inspector: createInspector(), onEnd: fail, onError: fail }))).toEqual(CHUNKS)
  })

  test("without a body is handed back as it is", () => {
    const reports: Report[] = []
    const response = new Response(null, { status: 204 })
    expect(tap(response, { inspector: createInspector(), onEnd: (report) => reports.push(report) })).toBe(response)
    expect(reports).toHaveLength(1)
  })

  test("that is no stream is read as one document", async () => {
    const reports: Report[] = []
    const message = { role: "assistant", content: null, tool_calls: [{ id: "c", function: { name: "nope", arguments: "{}" } }] }
    const response = Response.json({ model: "m", choices: [{ index: 0, message, finish_reason: "tool_calls" }] })
    await readAll(inspectResponse(response, { request: requestWith("Do it."), onReport: (report) => reports.push(report) }))
    expect(reports[0]?.findings.map(({ kind }) => kind)).toEqual(["unknown-tool"])
  })
})
