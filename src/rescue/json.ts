/** A JSON object whose members nobody has looked at yet. */
export type Json = Record<string, unknown>
