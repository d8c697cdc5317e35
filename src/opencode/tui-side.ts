/** What the server half does for the terminal interface's half: looks, findings, evidence, the deep check, and word of a switched model. */
import { secretsOf } from "../endpoint/text.ts"
import type { Endpoint, EndpointReport } from "../endpoint/types.ts"
import type { Inspector } from "../stream/types.ts"
import { version } from "../version.ts"
import { createEvidence } from "./evidence.ts"
import type { Health } from "./health.ts"
import type { Host, ModelRef, Toast } from "./host.ts"
import type { Origin } from "./own-headers.ts"
import type { Sessions } from "./sessions.ts"
import { remember } from "./switch-memory.ts"
import { createTuiChannel } from "./tui-channel.ts"

export interface TuiSideOptions {
  host: Host
  /** Directory of this instance. */
  directory: string
  endpoints(): Endpoint[]
  health: Health
  sessions: Sessions
  /** The report as a person should see it. */
  shown(report: EndpointReport): EndpointReport
  /** A terminal interface has said hello for the first time. */
  onPresent(): void
  onError(error: unknown): void
}

export interface TuiSide {
  /** A terminal interface with its half of the plugin has said hello. */
  present(): boolean
  /** A server went down or came back: who is told by a toast sees it in the panel as well, whenever that asks next. */
  changed(report: EndpointReport): void
  /** An answer of this session was found faulty. */
  found(sessionID: string): void
  /** Takes the command of a `tui.command.execute` event. */
  receive(command: unknown): void
  /** The inspector of an answer, with evidence kept beside it. */
  keep(origin: Origin, provider: string, request: string | undefined, inspector: Inspector): Inspector
  /** The session goes on with this model. */
  model(sessionID: string, model: ModelRef): void
  /** Shows a toast: by the terminals' own half of the plugin in this directory, else by the host, which shows it everywhere. */
  toast(toast: Toast): void
  drop(sessionID: string): void
}

export function createTuiSide({
  host,
  directory,
  endpoints,
  health,
  sessions,
  shown,
  onPresent,
  onError,
}: TuiSideOptions): TuiSide {
  const nameOf = (endpoint: Endpoint) => endpoint.provider ?? endpoint.url
  const endpointOf = (name: string) => endpoints().find((endpoint) => nameOf(endpoint) === name)
  const current = async (name: string) => (await health.current(name))[0]

  const evidence = createEvidence({
    version,
    secrets: (name) => secretsOf(endpointOf(name) ?? { url: "" }),
    server(name) {
      const { kind, version: running } = health.last(name)?.server ?? {}
      return kind && `${kind} ${running ?? ""}`.trim()
    },
  })
  const channel = createTuiChannel({
    publish: host.publish,
    directory,
    version,
    providers: () => endpoints().map(nameOf),
    async look(name) {
      const report = await current(name)
      return report && shown(report)
    },
    findings: (sessionID) => sessions.peek(sessionID)?.recurrence.counters() ?? [],
    kept: evidence.kept,
    evidence: evidence.write,
    async prove(name, model, onProgress, signal) {
      const [report, late] = await Promise.all([current(name), import("./late.ts")])
      const endpoint = endpointOf(name)
      const asked = report && (late.modelToProve(report, model) ?? late.modelToProve(report))
      if (!report || !endpoint || asked === undefined) return { problem: "There is no model to ask; mend what is wrong first." }
      const proof = await late.prove(endpoint, {
        ...{ model: asked, report, inspect: late.createInspector },
        onProgress: ({ step, share }) => onProgress(step, share),
        signal,
      })
      return shown(late.withProof(report, proof))
    },
    onSwitched(sessionID, from, to) {
      const session = sessions.get(sessionID)
      remember(session.switching, from, to)
      // The prompt names the new model itself from now on.
      session.switching.override = undefined
      session.modelID = to.modelID
      session.providerID = to.providerID
    },
    onPresent,
    onError,
  })

  return {
    present: channel.greeted,
    changed: (report) => channel.report(shown(report)),
    found: channel.findings,
    receive: channel.receive,
    keep: ({ sessionID, parentID }, provider, request, inspector) =>
      evidence.watch({ sessionID, parentID, provider, request }, inspector),
    model: channel.model,
    toast(toast) {
      void channel.toast(toast).then((shown) => {
        if (!shown) host.toast(toast)
      })
    },
    drop: evidence.drop,
  }
}
