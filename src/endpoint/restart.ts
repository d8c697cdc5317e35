import type { EndpointReport } from "./types.ts"

/**
 * Whether the server was restarted between two looks at it, perhaps with other flags. Not every restart shows: figures are missing where
 * metrics are hidden, and a process started elsewhere may look the same.
 */
export function wasRestarted(before: EndpointReport | undefined, after: EndpointReport): boolean {
  if (!before) return false
  const changed = <T>(one: T | null | undefined, other: T | null | undefined) =>
    one !== undefined && one !== null && other !== undefined && other !== null && one !== other
  const [was, is] = [before.load ?? {}, after.load ?? {}]
  return (
    changed(was.startedAt, is.startedAt) ||
    changed(was.toolParserOn, is.toolParserOn) ||
    changed(before.server.version, after.server.version) ||
    changed(before.server.toolParser, after.server.toolParser) ||
    changed(before.server.reasoningParser, after.server.reasoningParser) ||
    (was.generatedTokens !== undefined && is.generatedTokens !== undefined && is.generatedTokens < was.generatedTokens)
  )
}
