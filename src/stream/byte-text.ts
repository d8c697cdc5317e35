const NOT_ASCII = /[\u0080-\u00ff]/

/**
 * Bytes as a text of one character each. Events are framed and compared in this form, because decoding costs more than all that and because
 * every byte that matters there is ASCII; only the text in them is decoded.
 */
export function bytesAsText(bytes: Uint8Array, from = 0, to = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1")
}

/** Decodes UTF-8 that was read as one character per byte. It must begin and end where a character does, or beside ASCII. */
export function decoded(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text, "latin1").toString("utf8") : text
}
