/** A stand-in for the tokenizer: pieces of a few characters, so that counts and chunk sizes look like a model's. */

const PIECE = /<\/?think>|<\/?tool_call>|<\|im_start\|>|<\|im_end\|>| ?\p{L}{1,6}|\d{1,3}|\s{1,8}|[^\s\p{L}\d]/gu

/** Text cut into token-sized pieces; joined they are the text again. */
export function pieces(text: string): string[] {
  return text.match(PIECE) ?? []
}

export const countTokens = (text: string) => pieces(text).length

export interface Vocabulary {
  encode(text: string): number[]
  /** Text of the ids; ids never handed out read as U+FFFD. */
  decode(ids: readonly number[]): string
}

const FIRST = 100

/** Ids are handed out in order of appearance, so they mean something only to the server that gave them. */
export function createVocabulary(): Vocabulary {
  const ids = new Map<string, number>()
  const texts: string[] = []
  const idOf = (piece: string) => {
    const known = ids.get(piece)
    if (known !== undefined) return known
    const id = FIRST + texts.length
    texts.push(piece)
    ids.set(piece, id)
    return id
  }
  return {
    encode: (text) => pieces(text).map(idOf),
    decode: (list) => list.map((id) => texts[id - FIRST] ?? "\uFFFD").join(""),
  }
}
