import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { reachable } from "../../src/tui/reachable.ts"

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "opencode-vllm-reach-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function dist(name: string, text: string): string {
  const made = join(folder, name)
  mkdirSync(made, { recursive: true })
  writeFileSync(join(made, "tui-setup.js"), text)
  writeFileSync(join(made, "tui-late.js"), "export {}\n")
  return pathToFileURL(join(made, "tui.js")).href
}
const cache = () => join(folder, "cache")
const copies = () => readdirSync(join(cache(), "opencode-vllm"))

test("files on a path without a colon are loaded where they are", () => {
  expect(reachable(dist("plain", ""), cache())).toBeUndefined()
})

test("those on a path with one are copied, once for each content, and the copy is what is loaded", () => {
  const one = reachable(dist("pkg@file:", "export const n = 1\n"), cache()) as string
  expect(one).not.toContain(":/pkg")
  expect(fileURLToPath(one)).not.toContain(":")
  expect(readFileSync(fileURLToPath(one), "utf8")).toBe("export const n = 1\n")
  expect(readdirSync(join(fileURLToPath(one), "..")).sort()).toEqual(["tui-late.js", "tui-setup.js"])
  expect(reachable(dist("pkg@file:", "export const n = 1\n"), cache())).toBe(one)
  expect(copies()).toHaveLength(1)
  const two = reachable(dist("pkg@file:", "export const n = 2\n"), cache()) as string
  expect(readFileSync(fileURLToPath(two), "utf8")).toContain("n = 2")
  expect(copies()).toHaveLength(2)
})

test("where nothing can be written it throws, and leaves nothing", () => {
  const file = join(folder, "file")
  writeFileSync(file, "")
  expect(() => reachable(dist("pkg@file:", "other"), file)).toThrow()
})
