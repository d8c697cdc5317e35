/**
 * A command that asks servers, in a process of its own. Neither Node nor Bun can give up the look-up of a name, or end while many run: with
 * a name server that does not answer that is ten seconds a name and more, and under Node four of them keep all others waiting.
 */
import { spawn } from "node:child_process"
import { isIP } from "node:net"

const MARK = "OPENCODE_VLLM_APART"
/** Look-ups at a time: several for each server, of more servers than anybody has. */
const LOOKUPS = "128"

/** Whether names are going to be looked up, so far as the address tells. */
export function wantsApart(url: string | undefined): boolean {
  if (process.env[MARK] !== undefined) return false
  try {
    const host = new URL(url ?? "").hostname.replace(/^\[|\]$/g, "")
    return isIP(host) === 0 && host !== "localhost"
  } catch {
    return true
  }
}

/** Runs this same command line once more, on the same terminal. Resolves with its exit code as soon as it has said everything. */
export function runApart(): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { UV_THREADPOOL_SIZE: LOOKUPS, ...process.env, [MARK]: "1" },
  })
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("message", ({ exit }: { exit: number }) => {
      resolve(exit)
      child.kill("SIGKILL")
    })
    child.on("exit", (code) => resolve(code ?? 1))
  })
}

/** Lets the process that waits for this one end. All has to be written by then, whatever still runs here. */
export function leave(): void {
  if (process.env[MARK] !== undefined) process.send?.({ exit: process.exitCode ?? 0 })
}
