import { describe, expect, test } from "bun:test"
import { calmClock } from "../calm-clock.ts"
import { agentBody, chat, readPieces, withSim } from "./client.ts"

const until = async (true_: () => boolean) => {
  for (let i = 0; i < 4_000 && !true_(); i++) await Bun.sleep(5)
  return true_()
}

describe("pacing", () => {
  test("headers come at once, the first byte after firstTokenMs, the rest a token at a time", () =>
    withSim({ firstTokenMs: 120, chunkMs: 5 }, async (sim) => {
      const began = performance.now()
      const clock = calmClock()
      const response = await chat(sim)
      const headers = clock()
      const arrivals: number[] = []
      await readPieces(response, () => arrivals.push(performance.now() - began))
      expect(headers).toBeLessThan(100)
      expect(arrivals[0]!).toBeGreaterThanOrEqual(115)
      expect(arrivals.length).toBeGreaterThan(10)
      expect(arrivals.at(-1)! - arrivals[0]!).toBeGreaterThan(50)
    }))

  test("a client that goes away stops the answer and counts as aborted", () =>
    withSim({ chunkMs: 20 }, async (sim) => {
      const cancel = new AbortController()
      const response = await chat(sim, agentBody(), { signal: cancel.signal })
      await response.body!.getReader().read()
      expect(sim.requests[0]!.ms).toBeUndefined()
      cancel.abort()
      expect(await until(() => sim.requests[0]!.ms !== undefined)).toBe(true)
      expect(sim.requests[0]!.ms!).toBeLessThan(400)
      const metrics = await (await fetch(sim.url.replace("/v1", "/metrics"))).text()
      expect(metrics).toMatch(/request_success_total\{[^}]*finished_reason="abort"[^}]*\} 1\.0/)
      expect(metrics).toMatch(/num_requests_running\{[^}]*\} 0\.0/)
    }))

  test("a client that reads slowly holds the flood back", () =>
    withSim({ scenario: "flood" }, async (sim) => {
      const response = await chat(sim)
      const reader = response.body!.getReader()
      await reader.read()
      await Bun.sleep(100)
      expect(sim.requests[0]!.ms).toBeUndefined()
      await reader.cancel()
      expect(await until(() => sim.requests[0]!.ms !== undefined)).toBe(true)
    }))

  test("closing cuts answers that are running", () =>
    withSim({ scenario: "hung" }, async (sim) => {
      const text = chat(sim).then((response) => response.text())
      text.catch(() => {})
      expect(await until(() => sim.requests.length === 1)).toBe(true)
      await sim.close()
      await expect(text).rejects.toThrow()
    }))
})
