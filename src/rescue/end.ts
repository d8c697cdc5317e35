import { FAMILIES, type Family, familyById } from "../knowledge/families.ts"

/** What one raw answer was, once it is over. */
export interface RawEnd {
  /** How its calls were written (id of a format in `src/formats`), undefined where it holds none. */
  format: string | undefined
  /** Id of the family that was given, or of one that writes calls like these. */
  family: string | undefined
  /** Whole calls that were delivered. */
  calls: number
  /** The server counted far more tokens than the bytes of raw text that came: something on its side eats output even here. */
  swallowed: boolean
  promptTokens?: number
  completionTokens?: number
  /** A reasoning parser runs on the server: the answer brought thoughts in a field of their own. */
  reasoningByServer: boolean
}

/** How raw text is to be read. */
export interface RawReading {
  /** The model's family or its id; told from the text when absent or not known. */
  family?: Family | string
  /** Whether the prompt ended inside the thoughts; the family's chat template says so when absent. */
  reasoning?: "open" | "closed"
  /** Called once when an answer that was read is over, was cut or was cancelled; not for an answer with an error status. */
  onEnd?(end: RawEnd): void
}

export const familyOf = (family: Family | string | undefined): Family | undefined =>
  typeof family === "string" ? familyById(family) : family

/** The first family in the list that writes calls in this format; one whose template opens the thoughts where they were open. */
export function familyThatWrites(format: string | undefined, open: boolean): string | undefined {
  const families = format === undefined ? [] : FAMILIES.filter((family) => family.format === format)
  return (families.find((family) => Boolean(family.templateOpensThinking) === open) ?? families[0])?.id
}
