/** A copy of its own: engines keep the whole text alive behind a slice of it. */
export function detach(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le")
}

/** At most `most` characters of a text, without keeping the rest of it in memory. */
export function cut(text: string, most: number): string {
  return text.length > most ? detach(text.slice(0, most)) : text
}
