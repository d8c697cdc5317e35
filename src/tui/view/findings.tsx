/** The findings of a session as a dialog: where, what was seen, why, what to change; and a file for a bug report. */
import type { TuiPluginApi } from "@opencode-ai/plugin/tui"
import { createMemo, createSignal, onCleanup } from "solid-js"
import { detailLines, keyOf } from "../finding-lines.ts"
import { type Line, paragraph, span } from "../lines.ts"
import type { TuiModel } from "../model.ts"
import { Frame, useWidth } from "./frame.tsx"
import { Safe } from "./safe.tsx"

export interface FindingsProps {
  api: TuiPluginApi
  model: TuiModel
  sessionID?: string
}

export function showFindings(props: FindingsProps): void {
  props.api.ui.dialog.replace(() => (
    <Safe>
      <Findings {...props} />
    </Safe>
  ))
  props.api.ui.dialog.setSize("large")
}

const PLAIN: Line = [span("tab next   w write evidence without prompts   p with prompts", "muted")]

function Findings(props: FindingsProps) {
  const { model, sessionID } = props
  const width = useWidth()
  const [version, changed] = createSignal(0)
  const [chosen, choose] = createSignal(0)
  const [written, setWritten] = createSignal<Line[]>([])
  onCleanup(model.subscribe(() => changed((n) => n + 1)))
  if (sessionID !== undefined) model.askFindings(sessionID)

  const findings = createMemo(() => {
    version()
    return sessionID === undefined ? [] : [...model.findings(sessionID)].sort((a, b) => b.last - a.last)
  })
  const lines = createMemo(() => {
    if (model.half === "absent")
      return paragraph(
        "The server half of the plugin looks into the answers; it is not loaded. Put `opencode-vllm` into `plugin` of opencode.json as well.",
        {
          width: width(),
        },
      )
    if (findings().length === 0) return [[span("No findings in this session.")]]
    const kept = sessionID === undefined ? [] : model.kept(sessionID)
    return [
      ...findings().flatMap((one, i) =>
        detailLines(one, { width: width(), chosen: i === chosen(), kept: kept.includes(keyOf(one)) }),
      ),
      ...written(),
    ]
  })

  async function write(prompts: boolean) {
    const one = findings()[chosen()]
    if (!one || sessionID === undefined) return
    const { path, problem } = await model.evidence(sessionID, keyOf(one), prompts)
    const said = path === undefined ? (problem ?? "Nothing was written.") : `Written to ${path}`
    setWritten(paragraph(said, { width: width(), tone: path === undefined ? "warn" : "good" }))
  }

  const onKey = ({ name }: { name: string }): boolean => {
    if (name === "tab") choose(findings().length === 0 ? 0 : (chosen() + 1) % findings().length)
    else if (name === "w") void write(false)
    else if (name === "p") void write(true)
    else return false
    return true
  }
  return <Frame api={props.api} title="Findings of this session" lines={lines()} footer={PLAIN} onKey={onKey} />
}
