import type { RawEvent } from "./context.ts"
import { followQuoting, type Quoting } from "./quoting.ts"

/** Where text goes: reasoning or content, without the white space around it that only separates it from delimiters. */
export interface Outlet {
  say(text: string): void
  /** Goes on with the other kind of text, or with the same after calls; `closed` where a delimiter ended the text itself. */
  turn(to: "reasoning" | "content", closed?: boolean): void
  kind(): "reasoning" | "content"
  /** Nothing but white space since the last turn. */
  blank(): boolean
  quoting(): Quoting
  end(): void
}

export function openOutlet(first: "reasoning" | "content", report: (event: RawEvent) => void): Outlet {
  let kind = first
  let blank = true
  let quoting = followQuoting()
  /** White space that may prove to be in the middle of the text. */
  let space: string[] = []
  /** What stands behind a call counts only where nothing stood before it. */
  let taken = true
  const said = { reasoning: false, content: false }

  return {
    say(text) {
      quoting.feed(text)
      const words = blank ? text.trimStart() : text
      const kept = words.trimEnd()
      const lead = text.slice(0, text.length - words.length)
      if (lead !== "" && taken && said[kind]) space.push(lead)
      if (kept === "") {
        if (!blank) space.push(text)
        return
      }
      report({ type: kind, text: space.join("") + kept })
      space = words.length > kept.length ? [words.slice(kept.length)] : []
      blank = false
      said[kind] = true
    },
    turn(to, closed = false) {
      if (to !== kind || closed) space = []
      if (!blank || to !== kind) taken = space.length === 0
      kind = to
      blank = true
      quoting = followQuoting()
    },
    kind: () => kind,
    blank: () => blank,
    quoting: () => quoting,
    end() {
      if (!blank && kind === "content" && space.length > 0) report({ type: kind, text: space.join("") })
    },
  }
}
