import type { Format } from "./context.ts"
import { jsonFormat } from "./json-format.ts"
import { any, maybe, type Pattern, SPACE, type Step, take } from "./match.ts"

const CALLS = ["<｜tool▁calls▁begin｜>", "<｜tool▁call▁begin｜>"] as const
const AROUND: { open: Pattern; close: Pattern } = { open: ["<｜tool▁calls▁begin｜>"], close: ["<｜tool▁calls▁end｜>"] }
/** Models forget the fence, or what it says. */
const FENCE: Step = any(["```json"], ["```"], [])
const CLOSE: Pattern = [any(["```", SPACE, "<｜tool▁call▁end｜>"], ["<｜tool▁call▁end｜>"], ["```"])]
const plain = (name: string): string => name

/** DeepSeek V3 and R1: the arguments stand in a fenced block of JSON behind the name. */
export const DEEPSEEK_V3: Format = jsonFormat({
  id: "deepseek-v3",
  openers: CALLS,
  around: AROUND,
  open: [maybe("<｜tool▁call▁begin｜>"), "function<｜tool▁sep｜>", take("name"), SPACE, FENCE],
  close: CLOSE,
  named: plain,
})

/** DeepSeek V3.1: the arguments follow the name at once. */
export const DEEPSEEK_V31: Format = jsonFormat({
  id: "deepseek-v31",
  openers: CALLS,
  around: AROUND,
  open: ["<｜tool▁call▁begin｜>", take("name"), "<｜tool▁sep｜>", SPACE, FENCE],
  close: CLOSE,
  named: plain,
})
