/**
 * The text that a reader has not yet consumed.
 *
 * Readers are generators: where the text at hand does not decide, they yield how many more characters they want, and are resumed when
 * those have come or the text has ended. What they found is a function of the text alone, never of how it was cut.
 */
export interface Input {
  text: string
  /** Offset in `text` of the first character that is not consumed. */
  at: number
  /** Place of `text[0]` in the whole output. */
  base: number
  /** No more text will come. */
  ended: boolean
  /** Place in the whole output from which text is kept, because an attempt may have to go back there. */
  keep: number | undefined
}

/** Yields the least number of further characters worth waking up for. */
export type Reading<T> = Generator<number, T, void>

export function createInput(): Input {
  return { text: "", at: 0, base: 0, ended: false, keep: undefined }
}

export function addText(input: Input, text: string): void {
  const used = Math.min(input.at, input.keep === undefined ? input.at : input.keep - input.base)
  input.text = used === 0 ? input.text + text : input.text.slice(used) + text
  input.at -= used
  input.base += used
}

/** Place in the whole output of the next character. */
export const placeOf = (input: Input): number => input.base + input.at

/** Wanted when `kept` characters are waiting already: grows with them, so that what waits is not copied for every small piece. */
export const worthWaking = (kept: number): number => 1 + (kept >> 3)

/**
 * Runs a reading that may find, without having reported anything, that the text is not what it reads.
 * Then the place is restored and the answer is false.
 */
export function* attempt(input: Input, reading: () => Reading<boolean>): Reading<boolean> {
  const outer = input.keep
  const start = placeOf(input)
  input.keep = outer ?? start
  const read = yield* reading()
  if (!read) input.at = start - input.base
  input.keep = read ? undefined : outer
  return read
}

/** The next character, undefined at the end of the text. */
export function* peek(input: Input): Reading<string | undefined> {
  while (input.at >= input.text.length) {
    if (input.ended) return undefined
    yield worthWaking(input.keep === undefined ? 0 : input.at - (input.keep - input.base))
  }
  return input.text[input.at]
}

export function* skipSpace(input: Input): Reading<void> {
  for (;;) {
    while (input.at < input.text.length && isSpace(input.text[input.at] as string)) input.at++
    if (input.at < input.text.length || (yield* peek(input)) === undefined) return
  }
}

/** White space as models write it between delimiters. */
export const isSpace = (character: string): boolean =>
  character === " " || character === "\n" || character === "\t" || character === "\r"
