/** The real OpenCode on a terminal that a test can read and type into: tmux on a socket of its own. */
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Project } from "../../scripts/host.ts"
import { opencode } from "../../scripts/tools.mjs"
import { columns } from "../../src/report/markdown.ts"

export const hasTmux = spawnSync("tmux", ["-V"], { stdio: "ignore" }).status === 0

export interface Screen {
  /** Process id of OpenCode. */
  readonly pid: number
  /** What is on the screen, without trailing blanks. */
  text(): string
  /** The same with every cell and its colours, as escape sequences. */
  ansi(): string
  /** Types a text as it is. */
  type(text: string): void
  /** Types a prompt, sees it stand there, and presses Enter. Keys are lost while the host moves the focus back from a dialog. */
  enter(prompt: string): Promise<void>
  /** Presses keys by tmux's names: Enter, Escape, Down, C-p. */
  press(...keys: string[]): void
  /** Clicks on the first place where this text stands. */
  click(text: string): void
  /** The screen as soon as the condition holds. Throws with the last screen when it does not in time. */
  until(holds: string | RegExp | ((text: string) => boolean), ms?: number): Promise<string>
  /** Tells OpenCode that the terminal's colours have changed to dark or light ones. Its own theme follows a moment later. */
  theme(mode: "dark" | "light"): void
  resize(columns: number, rows: number): void
  /** What a program in the terminal copied last. */
  copied(): string
  close(): void
}

export interface ScreenOptions {
  columns?: number
  rows?: number
  args?: string[]
  /** Entries of `plugin` in tui.json; absent: none is written. */
  plugin?: unknown[]
}

let count = 0

export function openScreen(
  project: Project,
  { columns: width = 140, rows: height = 40, args = [], plugin }: ScreenOptions,
): Screen {
  if (plugin) writeFileSync(join(project.dir, "tui.json"), JSON.stringify({ plugin }))
  const socket = `opencode-vllm-${process.pid}-${count++}`
  const tmux = (...words: string[]) =>
    spawnSync("tmux", ["-L", socket, ...words], { encoding: "utf8", env: { ...project.env, TERM: "xterm-256color" } })
  const env = Object.entries({ ...project.env, PWD: project.dir, TERM: "xterm-256color", COLORTERM: "truecolor" })
    .filter(([name]) => name !== "NO_COLOR" && name !== "TMUX")
    .flatMap(([name, value]) => ["-e", `${name}=${value}`])
  const began = tmux(
    "-f",
    "/dev/null",
    "new-session",
    "-d",
    "-s",
    "main",
    "-x",
    String(width),
    "-y",
    String(height),
    "-c",
    project.dir,
    ...env,
    opencode(),
    ...args,
  )
  if (began.status !== 0) throw new Error(`tmux: ${began.stderr}`)

  tmux("set", "-g", "set-clipboard", "on")

  const text = () => tmux("capture-pane", "-p", "-t", "main").stdout.replace(/[ \t]+$/gm, "")
  const ansi = () => tmux("capture-pane", "-e", "-N", "-p", "-t", "main").stdout
  const type = (typed: string) => void tmux("send-keys", "-t", "main", "-l", typed)
  const press = (...keys: string[]) => void tmux("send-keys", "-t", "main", ...keys)
  /** Bytes as a terminal would send them. */
  const send = (bytes: string) =>
    void tmux("send-keys", "-t", "main", "-H", ...(Buffer.from(bytes).toString("hex").match(/../g) ?? []))
  async function until(holds: Parameters<Screen["until"]>[0], ms = 120_000) {
    const ok = (seen: string) =>
      typeof holds === "string" ? seen.includes(holds) : holds instanceof RegExp ? holds.test(seen) : holds(seen)
    const end = performance.now() + ms
    for (;;) {
      const seen = text()
      if (ok(seen)) return seen
      if (performance.now() > end) throw new Error(`not seen: ${String(holds)}\n${seen}`)
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
  }
  return {
    pid: Number(tmux("display-message", "-p", "-t", "main", "#{pane_pid}").stdout),
    text,
    ansi,
    type,
    press,
    click(sought) {
      const lines = text().split("\n")
      const row = lines.findIndex((line) => line.includes(sought))
      const place = `0;${columns((lines[row] ?? "").split(sought)[0] ?? "") + 1};${row + 1}`
      send(`\x1b[<${place}M\x1b[<${place}m`)
    },
    until,
    async enter(prompt) {
      const stands = (seen: string) => seen.split("\n").some((line) => line.includes(`┃  ${prompt}`))
      for (let tries = 3; ; tries--) {
        type(prompt)
        try {
          await until(stands, tries > 1 ? 5_000 : 60_000)
          return press("Enter")
        } catch (error) {
          if (tries === 1) throw error
          press("C-u")
        }
      }
    },
    theme(mode) {
      tmux("set-option", "-w", "-t", "main", "window-style", mode === "light" ? "fg=#1a1a1a,bg=#ffffff" : "fg=#eeeeee,bg=#0a0a0a")
      // A terminal reports the change like this (CSI ? 997 ; 1 n: dark, 2: light); OpenCode then asks for the colours.
      send(`\x1b[?997;${mode === "light" ? 2 : 1}n`)
    },
    resize: (width, height) => void tmux("resize-window", "-t", "main", "-x", String(width), "-y", String(height)),
    copied: () => tmux("show-buffer").stdout,
    close: () => void tmux("kill-server"),
  }
}
