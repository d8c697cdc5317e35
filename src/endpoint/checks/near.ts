/** Most alike first: a name that differs in case only, then by its folder part only, then by a few letters. */
export function nearNames(wanted: string, served: readonly string[], max = 3): string[] {
  const scored = served
    .map((name) => ({ name, distance: unlikeness(wanted, name) }))
    .filter((s) => s.distance < Number.POSITIVE_INFINITY)
  return scored
    .sort((a, b) => a.distance - b.distance)
    .slice(0, max)
    .map((s) => s.name)
}

function unlikeness(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()]
  if (x === y) return 0
  const [tailX, tailY] = [tail(x), tail(y)]
  if (tailX === tailY) return 1
  if (tailX.length >= 4 && tailY.length >= 4 && (tailX.startsWith(tailY) || tailY.startsWith(tailX))) return 2
  const longest = Math.max(tailX.length, tailY.length)
  const allowed = Math.min(8, Math.floor(longest / 3))
  const edits = editDistance(tailX, tailY, allowed)
  return edits <= allowed ? 2 + edits : Number.POSITIVE_INFINITY
}

/** Served names are often the last part of `org/model` or of a path, without the file's ending. */
const tail = (name: string) => (name.split("/").filter(Boolean).at(-1) ?? name).replace(/\.gguf$/, "").replace(/[_\s.:]/g, "-")

/** Levenshtein distance, given up (as `limit + 1`) once it is sure to be above the limit. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit || a.length > 300 || b.length > 300) return limit + 1
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same))
    }
    if (Math.min(...next) > limit) return limit + 1
    row = next
  }
  return Math.min(limit + 1, row[b.length] ?? limit + 1)
}
