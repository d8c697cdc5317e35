import { familyOfModel, vllmFlags } from "../../knowledge/families.ts"
import type { Check } from "../types.ts"
import { DOCS, fail, type Seen, skip } from "./seen.ts"

/** vLLM reads these without the flags: gpt-oss by its own protocol, Mistral's tokenizer mode (`vllm/renderers/online_renderer.py`). */
const WITHOUT_FLAGS = /gpt-?oss|mistral|devstral|magistral|codestral/i

/** Whether vLLM was started with a tool parser. Told by a counter of `/metrics`, so it costs no token; a real call is made on request only. */
export function checkTools({ kind, load, models, rust }: Seen): Check {
  if (kind !== "vllm" || rust || load?.toolParserOn === undefined)
    return skip("tool-call", "Not checked: a tool call costs tokens.")
  if (load.toolParserOn) return skip("tool-call", "Not checked: a tool parser is set, and a call would cost tokens.")
  const model = models?.find((m) => !m.parent) ?? models?.[0]
  if (model && WITHOUT_FLAGS.test(`${model.root ?? ""} ${model.id}`))
    return skip("tool-call", "Not checked: this model needs no tool parser flag.")
  const family = model && familyOfModel(model)
  const flags = family ? vllmFlags(family) : "--enable-auto-tool-choice --tool-call-parser with the parser of your model"
  return fail("tool-call", {
    code: "tools-off",
    message: "vLLM runs without a tool parser: it refuses every request that offers tools, and OpenCode always does.",
    fix: `Restart vLLM with ${flags}.`,
    reference: family?.reference ?? DOCS.vllmTools,
  })
}
