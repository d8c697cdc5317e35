/** Writing a file so that it is there as a whole or not at all. */
import { randomBytes } from "node:crypto"
import { access, chmod, constants, mkdir, open, readlink, realpath, rename, stat, unlink, writeFile } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"

/**
 * Replaces a file at once: a new file beside it takes its place. Permissions and a byte order mark stay, a symbolic link stays one.
 * Rejects with the system's own error; then nothing has changed.
 */
export async function writeAtomically(path: string, content: string): Promise<void> {
  // A link whose target is not there yet is followed as well.
  const target = await realpath(path).catch(async () => resolve(dirname(path), await readlink(path).catch(() => path)))
  const there = await stat(target).catch(() => undefined)
  // A read-only file in a writable folder could be replaced; whoever made it so did not want that.
  if (there) await access(target, constants.W_OK)
  else await mkdir(dirname(target), { recursive: true })
  if (there && (there.mode & 0o222) === 0) throw Object.assign(new Error("read-only"), { code: "EACCES" })
  const beside = join(dirname(target), `.opencode-vllm-${randomBytes(6).toString("hex")}.tmp`)
  try {
    const mark = there && !content.startsWith(BOM) && (await startsWithMark(target)) ? BOM : ""
    await writeFile(beside, mark + content, { mode: there ? there.mode & 0o777 : 0o644, flag: "wx" })
    // The process's mask has taken rights away that the old file had.
    if (there) await chmod(beside, there.mode & 0o777)
    await rename(beside, target)
  } catch (error) {
    await unlink(beside).catch(() => {})
    throw error
  }
}

const BOM = "\ufeff"

async function startsWithMark(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(3), 0, 3, 0)
    return bytesRead === 3 && buffer.toString("utf8") === BOM
  } finally {
    await file.close()
  }
}
