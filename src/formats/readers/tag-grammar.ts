import type { Pattern } from "./match.ts"
import type { DeclaredTool } from "./tools.ts"

/** Calls whose every argument stands between tags of its own, as plain text. */
export interface TagGrammar {
  id: string
  openers: readonly string[]
  /** Around calls. */
  around?: {
    open: Pattern
    close: Pattern
    /** A call may stand without it. */
    optional?: boolean
  }
  /** Begins a call; takes `name`. */
  open: Pattern
  close: Pattern
  /** Begins a value; takes `key`, and `text` ("true" or "false") where the tag itself says whether the value is text. */
  valueOpen: Pattern
  /** The literal in `valueOpen` by which nested values are counted. */
  valueMark: string | ((key: string) => string)
  /** What stands before that literal where it begins a nested value; elsewhere it is only spoken of. The end of a tag, when absent. */
  markBehind?: RegExp
  valueClose: (key: string) => string
  /** Models leave the closer of a value out; `close`: the literal that begins the end of a call. */
  unclosed?: { close: string }
  /**
   * One newline behind the opener belongs to the tags, and then one before the closer as well. Behind an opener without one the value stands
   * as it is: many fine-tunes write it so, and where the vendor's template does, newlines are "seldom".
   */
  newlines?: true | "seldom"
  /** A value may stand in a CDATA section, or with `&lt;` and the like for the characters of XML. */
  cdata?: boolean
  /** JSON of a value that is more than text, by its schema; undefined where it is only that. */
  structured?: (text: string, schema: unknown) => string | undefined
}

/** Where a value's closer may stand: what comes behind it. */
export interface Position {
  tool: DeclaredTool
  used: ReadonlySet<string>
  /** The tag around calls is open. */
  inside: boolean
  /** The tags of this value keep to lines of their own. */
  lines?: boolean
}
