export interface Repetition {
  /** What is repeated. */
  span: string
  times: number
}

const LEAST_TIMES = 8
const LEAST_LENGTH = 400

/**
 * The span that a text repeats over and over at its end: at least eight times and 400 characters in all. The last repetition may be a beginning.
 *
 * Linear in the length of the text (Z-function of the reversed text, where `z[p] + p` is how far a period of `p` reaches).
 */
export function repetitionAtEnd(text: string): Repetition | undefined {
  const n = text.length
  if (n < LEAST_LENGTH) return undefined
  const at = (i: number): number => text.charCodeAt(n - 1 - i)
  const z = new Int32Array(Math.floor(n / LEAST_TIMES) + 1)
  let left = 0
  let right = 0
  for (let p = 1; p < z.length; p++) {
    let reach = p < right ? Math.min(right - p, z[p - left] ?? 0) : 0
    while (p + reach < n && at(reach) === at(p + reach)) reach++
    z[p] = reach
    if (p + reach > right) {
      left = p
      right = p + reach
    }
    if (reach + p >= Math.max(LEAST_LENGTH, p * LEAST_TIMES))
      return { span: text.slice(n - p), times: Math.floor((reach + p) / p) }
  }
  return undefined
}
