/** The numbers of a release: `0.10.1.1` is `[0, 10, 1, 1]`, llama.cpp's `b6200` is `[6200]`. */
interface Release {
  numbers: readonly number[]
  /** Built between two releases (`0.10.1.dev3+g123`). */
  between: boolean
}

const RELEASE = /^v?(\d{1,6}(?:\.\d{1,6}){1,3})(.*)$/
const BUILD = /^b(\d{1,8})(?:-[0-9a-f]+)?$/

/**
 * Whether a server certainly lacks what came with release `fixedIn`. A candidate of that very release may have it, and so may a build between
 * two releases up to the next minor one; text that is no version (`dev`, `0.0.0`, `0.1.dev20051+g487ecf187` of a build without tags) says nothing.
 */
export function isBefore(version: string, fixedIn: string): boolean {
  const ours = releaseOf(version)
  const theirs = releaseOf(fixedIn)
  if (!ours || !theirs || (ours.numbers.length === 1) !== (theirs.numbers.length === 1)) return false
  const [major = 0, minor = 0] = ours.numbers
  return compare(ours.between ? [major, minor + 1] : ours.numbers, theirs.numbers) < 0
}

function releaseOf(version: string): Release | undefined {
  const build = BUILD.exec(version)
  if (build) return { numbers: [Number(build[1])], between: false }
  const [, digits = "", rest = ""] = RELEASE.exec(version) ?? []
  const numbers = digits.split(".").map(Number)
  const between = /dev/i.test(rest)
  if (digits === "" || numbers.every((n) => n === 0) || (between && numbers.length < 3)) return undefined
  // What follows the numbers is a suffix of its own, or this is something else (an address, a date with words).
  return /^(?:$|[-+.]?(?:a|b|rc|post|dev)\.?\d|\+)/i.test(rest) ? { numbers, between } : undefined
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
