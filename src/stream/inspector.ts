import type { Call } from "./calls.ts"
import { createProvenance } from "./provenance.ts"
import { viewRequest } from "./request.ts"
import { createReader } from "./response.ts"
import { CALL_RULES, RESPONSE_RULES } from "./rules/index.ts"
import type { Evidence, Scene } from "./rules/rule.ts"
import { streamError } from "./rules/stream-error.ts"
import { FINDING_KINDS, type Finding, type Inspector, type InspectorOptions, type Report, type ResponseSummary } from "./types.ts"
import { printable, toFinding } from "./verdict.ts"

/**
 * Watches the body of one model answer. Taking bytes in costs little more than parsing them once; what they mean is looked at in blocks, on
 * `call()` and at the end. Memory stays under a megabyte beside the event in flight, whatever the server sends.
 */
export function createInspector(options: InspectorOptions = {}): Inspector {
  const reader = createReader()
  const { reading } = reader
  const request = viewRequest(options.request)
  const scene: Scene = { reading, request, provenance: createProvenance(request) }
  let report: Report | undefined

  const finding = (evidence: Evidence): Finding => toFinding(evidence, scene, options.server)

  const conclude = (): Report => {
    const found = reading.shape === "other" ? [] : reading.gaveUp ? evidenceOfGivingUp(scene) : evidenceOf(scene)
    const sorted = found.sort((a, b) => FINDING_KINDS.indexOf(a.kind) - FINDING_KINDS.indexOf(b.kind))
    return {
      findings: sorted.filter(({ weak }) => !weak).map(finding),
      counted: sorted.filter(({ weak }) => weak).map(finding),
      response: summarise(scene),
    }
  }

  return {
    push(bytes) {
      if (!report) reader.push(bytes)
    },
    call(callId) {
      if (!report) reader.flush()
      const call = reading.gaveUp ? undefined : reading.calls.byId(callId)
      if (!call) return []
      const { state } = call.view()
      // A call that is still being written may yet turn out well.
      if (!reading.ended && state !== "complete" && state !== "broken") return []
      return judgeCall(scene, call)
        .filter(({ weak }) => !weak)
        .map(finding)
    },
    end(how) {
      if (report) return report
      reader.end(how?.aborted === true)
      report = conclude()
      return report
    },
  }
}

/** What could not be read to its end says one thing only: that it could not be read. */
function evidenceOfGivingUp(scene: Scene): Evidence[] {
  const evidence = scene.reading.unreadable > 0 ? streamError.response(scene, []) : undefined
  return evidence ? [evidence] : []
}

function evidenceOf(scene: Scene): Evidence[] {
  const found = scene.reading.calls.list.flatMap((call) => judgeCall(scene, call))
  for (const rule of RESPONSE_RULES) {
    const evidence = rule.response(scene, found)
    if (evidence) found.push(evidence)
  }
  return found
}

/** The first rule with something to show speaks for the call; what is too weak to show is kept beside it. */
function judgeCall(scene: Scene, call: Call): Evidence[] {
  const found: Evidence[] = []
  for (const rule of CALL_RULES) {
    const evidence = rule.call(scene, call)
    if (!evidence) continue
    found.push(evidence)
    if (!evidence.weak) break
  }
  return found
}

function summarise({ reading }: Scene): ResponseSummary {
  return {
    reasoningBytes: reading.reasoning.text().bytes,
    contentBytes: reading.content.text().bytes,
    calls: reading.calls.list.map((call) => ({
      name: printable(call.name, 64),
      argumentsValid: call.view().state === "complete" && call.view().root === "object",
    })),
    finish: reading.finishSaid === null ? null : printable(reading.finishSaid, 64),
    usage: reading.usage,
  }
}
