const NOT_ASCII = /[\u0080-\u00ff]/
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
/** Where short texts pass through, which is quicker than a buffer for each; nothing of them is looked at later. */
const scratch = Buffer.alloc(4096)

/**
 * Bytes as a text of one character each. Events are framed and compared in this form, because decoding costs more than all that and because
 * every byte that matters there is ASCII; only the text in them is decoded.
 */
export function bytesAsText(bytes: Uint8Array, from = 0, to = bytes.length): string {
  if (Buffer.isBuffer(bytes)) return bytes.toString("latin1", from, to)
  if (bytes.length <= scratch.length) {
    scratch.set(bytes)
    return scratch.toString("latin1", from, to)
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1", from, to)
}

/** Decodes UTF-8 that was read as one character per byte. It must begin and end where a character does, or beside ASCII. */
export function decoded(text: string): string {
  if (!NOT_ASCII.test(text)) return text
  if (text.length > scratch.length) return decoder.decode(Buffer.from(text, "latin1"))
  return decoder.decode(scratch.subarray(0, scratch.write(text, "latin1")))
}
