/** The parts of a chunk that stand around what it says. */
export interface Head {
  id?: unknown
  created?: unknown
  model?: unknown
}

/** Writes the events of a chat completion stream as vLLM 0.32 does, with the id, time and model of the raw one. */
export interface Envelope {
  /** Takes over the head of the latest raw chunk. */
  head(chunk: Head): void
  /** @param delta JSON text */
  delta(delta: string): string
  finish(reason: string, stopReason: unknown, usage: unknown): string
}

const NOTHING_ELSE = ',"logprobs":null,"finish_reason":null}]}\n\n'

export function createEnvelope(): Envelope {
  let known: Head = {}
  let prefix = prefixOf(known)

  return {
    head(chunk) {
      if (chunk.id === known.id && chunk.created === known.created && chunk.model === known.model) return
      known = { id: chunk.id, created: chunk.created, model: chunk.model }
      prefix = prefixOf(known)
    },
    delta: (delta) => `${prefix}${delta}${NOTHING_ELSE}`,
    finish(reason, stopReason, usage) {
      const more = stopReason === undefined ? "" : `,"stop_reason":${JSON.stringify(stopReason)}`
      const counted = usage === undefined || usage === null ? "" : `,"usage":${JSON.stringify(usage)}`
      return `${prefix}{},"logprobs":null,"finish_reason":${JSON.stringify(reason)}${more}}]${counted}}\n\n`
    },
  }
}

function prefixOf({ id, created, model }: Head): string {
  const object = "chat.completion.chunk"
  const head = JSON.stringify({ id: plain(id), object, created: plain(created), model: plain(model) }).slice(0, -1)
  return `data: ${head},"choices":[{"index":0,"delta":`
}

const plain = (value: unknown): unknown => (typeof value === "string" || typeof value === "number" ? value : undefined)
