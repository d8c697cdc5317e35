/** Where in a text one stands: what a model quotes is not what it does. */
export interface Quoting {
  /** Takes in the next piece of the text. */
  feed(text: string): void
  /** Inside a fenced block. */
  fenced(): boolean
  /** Behind an odd number of backticks in this line. */
  ticked(): boolean
  /** Nothing but white space stands before this place in its line. */
  lineStart(): boolean
  /** The last character, empty at the beginning. */
  last(): string
}

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/
/** As much of a line as can show that it opens or closes a fence. */
const HEAD = 40

export function followQuoting(): Quoting {
  let fence = ""
  let head = ""
  let length = 0
  let ticks = 0
  let last = ""

  const closes = (line: string): boolean => {
    const [, mark = "", rest = ""] = FENCE.exec(line) ?? []
    return mark !== "" && mark[0] === fence[0] && mark.length >= fence.length && rest.trim() === ""
  }
  const endLine = (): void => {
    const found = FENCE.exec(head)
    if (found) {
      const mark = found[1] as string
      const rest = found[2] as string
      if (fence === "") {
        // A line like "```code``` and text" is no fence.
        if (!rest.includes("`")) fence = mark
      } else if (closes(head)) fence = ""
    }
    head = ""
    length = 0
    ticks = 0
  }

  return {
    feed(text) {
      let from = 0
      last = text.at(-1) ?? last
      while (from < text.length) {
        const newline = text.indexOf("\n", from)
        const to = newline < 0 ? text.length : newline
        if (length < HEAD) head += text.slice(from, Math.min(to, from + HEAD - length))
        length += to - from
        for (let tick = text.indexOf("`", from); tick >= 0 && tick < to; tick = text.indexOf("`", tick + 1)) ticks++
        if (newline < 0) break
        endLine()
        from = newline + 1
      }
    },
    // The line that closes a fence is outside already, before its newline.
    fenced: () => (fence === "" ? FENCE.test(head) : !closes(head)),
    ticked: () => ticks % 2 === 1 && !FENCE.test(head),
    lineStart: () => head.trim() === "" && length <= HEAD,
    last: () => last,
  }
}

/** `` `</think>` `` and `"</think>"` speak of the delimiter; so does one inside a fenced block that goes on. */
export function isQuoted(quoting: Quoting, after: string): boolean {
  const before = quoting.last()
  if (before !== "" && "`\"'".includes(before) && after.startsWith(before)) return true
  if (quoting.ticked() && after.startsWith("`")) return true
  return quoting.fenced() && !after.startsWith("\n\n") && after.trim() !== ""
}
