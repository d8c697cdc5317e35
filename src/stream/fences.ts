/** Head of a line that opens or closes a fenced block: three or more backticks or tildes, behind list signs and quote signs. */
const FENCE = /^(?:[ \t]|[-*+>](?=[ \t])|\d{1,3}[.)](?=[ \t]))*(`{3,}|~{3,})/gm

/**
 * Follows fenced code blocks through a text: the fence that is open at `to`, given the one open at `from`. A block is closed by a fence of
 * its own sign, at least as long, with nothing behind it (CommonMark 4.5).
 */
export function fenceAt(text: string, from: number, to: number, open: string | undefined): string | undefined {
  if (!text.includes("```", from) && !text.includes("~~~", from)) return open
  let fence = open
  const finder = new RegExp(FENCE)
  finder.lastIndex = from
  for (let match = finder.exec(text); match && match.index < to; match = finder.exec(text)) {
    const [head, marks = ""] = match
    const info = text.slice(match.index + head.length, to).split("\n", 1)[0] ?? ""
    if (fence === undefined) {
      // Backticks in the info string make it inline code.
      if (marks[0] === "~" || !info.includes("`")) fence = marks
    } else if (marks[0] === fence[0] && marks.length >= fence.length && info.trim() === "") fence = undefined
  }
  return fence
}

/** A text that ends inside a fenced block. */
export function isFenced(text: string): boolean {
  return fenceAt(text, 0, text.length, undefined) !== undefined
}
