/** The beginning of a body as text, and a response that still has all of it. */
export interface Peeked {
  text: string
  response: Response
}

/**
 * Reads a body until its end or until `limit` bytes have come, whatever is sooner, and puts what was read in front of the rest.
 * Meant for error answers, which are small; nothing is held of one that is not.
 */
export async function peek(response: Response, limit: number): Promise<Peeked> {
  if (!response.body) return { text: "", response }
  const reader = response.body.getReader()
  const read: Uint8Array[] = []
  let bytes = 0
  let over = false
  while (!over && bytes < limit) {
    const { done, value } = await reader.read()
    if (value) {
      read.push(value)
      bytes += value.byteLength
    }
    over = done
  }
  const decoder = new TextDecoder()
  const text = read.map((chunk) => decoder.decode(chunk, { stream: true })).join("")
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = read.shift()
        if (next) return controller.enqueue(next)
        if (over) return controller.close()
        const { done, value } = await reader.read()
        if (value) controller.enqueue(value)
        if (done) controller.close()
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  const { status, statusText, headers } = response
  const same = new Response(body, { status, statusText, headers })
  Object.defineProperty(same, "url", { value: response.url })
  return { text, response: same }
}
