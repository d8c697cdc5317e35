import { createInspector } from "../../../src/stream/inspector.ts"
import type { InspectorOptions, Report } from "../../../src/stream/types.ts"
import { sse } from "../answer.ts"

export function reportOfEvents(events: readonly object[], options: InspectorOptions): Report {
  const inspector = createInspector(options)
  for (const event of events) inspector.push(sse(event))
  return inspector.end()
}

export function reportOfBody(body: object, options: InspectorOptions): Report {
  const inspector = createInspector(options)
  inspector.push(new TextEncoder().encode(JSON.stringify(body)))
  return inspector.end()
}

export function kindsOfReport({ findings }: Report): string[] {
  return findings.map(({ kind, detail }) => (detail ? `${kind}:${detail}` : kind))
}
