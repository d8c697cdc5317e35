/** The library entry: the stream inspector without any host, for proxies, CI and tests. */
import { createInspector } from "./stream/inspector.ts"
import { tap } from "./stream/tap.ts"
import type { InspectorOptions, Report } from "./stream/types.ts"

export { createInspector } from "./stream/inspector.ts"
export type {
  CallSummary,
  Certainty,
  Finding,
  FindingKind,
  Inspector,
  InspectorOptions,
  Report,
  ResponseSummary,
  Usage,
} from "./stream/types.ts"

export interface InspectResponseOptions extends InspectorOptions {
  /** Called once, when the body is over or was cancelled. */
  onReport(report: Report): void
}

/**
 * Looks at a model answer while it passes.
 *
 * @returns a response with the same status, headers and bytes; cancelling and back-pressure reach the given one
 */
export function inspectResponse(response: Response, { onReport, ...options }: InspectResponseOptions): Response {
  return tap(response, { inspector: createInspector(options), onEnd: onReport })
}

export { parseRawOutput, type RawOutput, type RawOutputOptions } from "./formats/raw.ts"
export type { RawEnd } from "./rescue/end.ts"
export { type RescueOptions, rescueResponse } from "./rescue/response.ts"
