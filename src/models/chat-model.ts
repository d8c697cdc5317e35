import type { ServedModel } from "../endpoint/types.ts"

/** Names of models that answer no chat: embeddings, rerankers, speech. Servers that tell what a model is for are believed instead. */
const OTHER = /(?:^|[-_/.:])(?:text-?)?(?:embed(?:ding|der)?s?|rerank(?:er)?|bge|whisper|tts|parakeet)(?:$|[-_/.:\d])/i

/** Whether a person can talk to it. */
export function isChatModel({ id, root = "", kindOfModel }: ServedModel): boolean {
  return kindOfModel === undefined ? !OTHER.test(id) && !OTHER.test(root) : kindOfModel === "llm"
}
