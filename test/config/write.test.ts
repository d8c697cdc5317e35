import { afterAll, expect, test } from "bun:test"
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { writeAtomically } from "../../src/config/write.ts"

const base = mkdtempSync(join(tmpdir(), "opencode-vllm-write-"))
afterAll(() => rmSync(base, { recursive: true, force: true }))
let count = 0
function folder(files: Record<string, string> = {}): string {
  const dir = join(base, String(count++))
  mkdirSync(dir)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content)
  return dir
}
const read = (...path: string[]) => readFileSync(join(...path), "utf8")
const mode = (...path: string[]) => statSync(join(...path)).mode & 0o777
const codeOf = (promise: Promise<void>) =>
  promise.then(
    () => "written",
    (error: NodeJS.ErrnoException) => error.code,
  )

test("a byte order mark stays", async () => {
  const dir = folder({ "a.json": "\ufeff{}\n", "b.json": "" })
  for (const name of ["a.json", "b.json"]) await writeAtomically(join(dir, name), "{ }\n")
  await writeAtomically(join(dir, "a.json"), "{  }\n")
  expect([read(dir, "a.json"), read(dir, "b.json")]).toEqual(["\ufeff{  }\n", "{ }\n"])
})

test("a new file is there as a whole, its folders too", async () => {
  const dir = folder()
  await writeAtomically(join(dir, "a", "b", "opencode.json"), "{}\n")
  expect(read(dir, "a/b/opencode.json")).toBe("{}\n")
  expect(readdirSync(join(dir, "a", "b"))).toEqual(["opencode.json"])
})

test("an old one keeps its permissions, and nothing is left beside it", async () => {
  for (const bits of [0o600, 0o640, 0o664]) {
    const dir = folder({ "opencode.json": "old" })
    chmodSync(join(dir, "opencode.json"), bits)
    await writeAtomically(join(dir, "opencode.json"), "new")
    expect([read(dir, "opencode.json"), mode(dir, "opencode.json"), readdirSync(dir)]).toEqual(["new", bits, ["opencode.json"]])
  }
})

test("it is another file that takes the place: who reads the old one reads it to its end", async () => {
  const dir = folder({ "opencode.json": "old" })
  const before = statSync(join(dir, "opencode.json")).ino
  await writeAtomically(join(dir, "opencode.json"), "new")
  expect(statSync(join(dir, "opencode.json")).ino).not.toBe(before)
})

test("a symbolic link stays one, and its target changes, also over two links and from another folder", async () => {
  const dotfiles = folder({ "real.json": "old" })
  const dir = folder()
  symlinkSync(join(dotfiles, "real.json"), join(dotfiles, "middle.json"))
  symlinkSync(join(dotfiles, "middle.json"), join(dir, "opencode.json"))
  await writeAtomically(join(dir, "opencode.json"), "new")
  expect(lstatSync(join(dir, "opencode.json")).isSymbolicLink()).toBe(true)
  expect(readlinkSync(join(dir, "opencode.json"))).toBe(join(dotfiles, "middle.json"))
  expect(read(dotfiles, "real.json")).toBe("new")
  expect([readdirSync(dir), readdirSync(dotfiles).sort()]).toEqual([["opencode.json"], ["middle.json", "real.json"]])
})

test("a link to what is not there yet stays one too", async () => {
  const dir = folder()
  symlinkSync("real.json", join(dir, "opencode.json"))
  await writeAtomically(join(dir, "opencode.json"), "new")
  expect([lstatSync(join(dir, "opencode.json")).isSymbolicLink(), read(dir, "real.json")]).toEqual([true, "new"])
})

test("what cannot be written rejects with the system's code, and nothing has changed", async () => {
  const dir = folder({ "locked.json": "old", file: "" })
  chmodSync(join(dir, "locked.json"), 0o444)
  mkdirSync(join(dir, "folder.json"))
  writeFileSync(join(dir, "folder.json", "inside"), "")
  expect(await codeOf(writeAtomically(join(dir, "locked.json"), "new"))).toBe("EACCES")
  expect(await codeOf(writeAtomically(join(dir, "folder.json"), "new"))).toMatch(/^E(?:ISDIR|NOTEMPTY|EXIST)$/)
  expect(await codeOf(writeAtomically(join(dir, "file", "x.json"), "new"))).toMatch(/^E(?:NOTDIR|EXIST)$/)
  expect([read(dir, "locked.json"), mode(dir, "locked.json")]).toEqual(["old", 0o444])
  expect(readdirSync(dir).sort()).toEqual(["file", "folder.json", "locked.json"])
})

test("many writers at once: one of them has written all of it", async () => {
  const dir = folder({ "opencode.json": "old" })
  const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(50_000))
  await Promise.all(texts.map((text) => writeAtomically(join(dir, "opencode.json"), text)))
  expect(texts).toContain(read(dir, "opencode.json"))
  expect(readdirSync(dir)).toEqual(["opencode.json"])
})
