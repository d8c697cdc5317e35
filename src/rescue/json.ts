/** A JSON object whose members nobody has looked at yet. */
export type Json = Record<string, unknown>

const PLAIN = /^[ !#-[\]-~]*$/

/** A text as JSON. Most pieces of an answer need no escapes, and seeing that is quicker than looking for them. */
export const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text))
