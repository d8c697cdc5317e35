import { SAID } from "./explain.ts"
import { calm } from "./host-words.ts"
import { EXPLAINED } from "./types.ts"

/** An error in the shapes of all three APIs at once, as OpenCode's adapters read them. It is shown at once, and sends nothing again. */
export function errorAnswer(message: string, status: number = SAID): Response {
  const error = { message: calm(message), type: "invalid_request_error", param: null, code: null }
  return new Response(JSON.stringify({ type: "error", error }), {
    status,
    headers: { "content-type": "application/json", [EXPLAINED]: "1" },
  })
}
