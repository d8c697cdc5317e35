/** No list of models and no metrics page is that long; more is not read. */
export const MAX_BODY_BYTES = 4_000_000

/** The body as text, at most `MAX_BODY_BYTES` of it. Rejects when the connection breaks off before the end. */
export async function readBody(response: Response): Promise<{ text: string; truncated: boolean }> {
  const reader = response.body?.getReader()
  if (!reader) return { text: "", truncated: false }
  const decoder = new TextDecoder()
  const parts: string[] = []
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { text: parts.join("") + decoder.decode(), truncated: false }
    const room = MAX_BODY_BYTES - bytes
    bytes += value.byteLength
    parts.push(decoder.decode(value.subarray(0, Math.max(0, room)), { stream: true }))
    if (bytes > MAX_BODY_BYTES) {
      reader.cancel().catch(() => {})
      return { text: parts.join(""), truncated: true }
    }
  }
}
