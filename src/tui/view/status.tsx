/** The status page as a dialog: there at once, filled as the servers answer. */
import type { TuiPluginApi } from "@opencode-ai/plugin/tui"
import { createMemo, createSignal, onCleanup } from "solid-js"
import { type Line, span } from "../lines.ts"
import type { TuiModel } from "../model.ts"
import { pageLines } from "../page-lines.ts"
import { Frame, useWidth } from "./frame.tsx"
import { Safe } from "./safe.tsx"

export interface StatusProps {
  api: TuiPluginApi
  model: TuiModel
  sessionID?: string
  /** Only this server. */
  only?: string
  onFindings(): void
}

export function showStatus(props: StatusProps): void {
  props.api.ui.dialog.replace(() => (
    <Safe>
      <Status {...props} />
    </Safe>
  ))
  props.api.ui.dialog.setSize("large")
}

const KEYS: Line = [span("r refresh   d deep check   f findings   c copy", "muted")]
const ASK: Line = [span("The deep check lets the model write: up to a few thousand tokens. y starts it", "warn")]

function Status(props: StatusProps) {
  const { model } = props
  const width = useWidth()
  const [version, changed] = createSignal(0)
  const [footer, setFooter] = createSignal(KEYS)
  onCleanup(model.subscribe(() => changed((n) => n + 1)))
  onCleanup(model.watch())
  if (props.sessionID !== undefined) model.askFindings(props.sessionID)

  const servers = () => model.servers().filter(({ name }) => props.only === undefined || name === props.only)
  const lines = createMemo(() => {
    version()
    return pageLines({
      servers: servers(),
      findings: props.sessionID === undefined ? [] : model.findings(props.sessionID),
      progress: model.progress,
      problems: model.problems,
      version: model.version,
      width: width(),
    })
  })

  async function copy() {
    const { statusPage } = await import("../late.ts")
    const text = statusPage({
      reports: servers().flatMap(({ report }) => (report ? [report] : [])),
      findings: props.sessionID === undefined ? [] : [...model.findings(props.sessionID)],
      version: model.version,
    })
    const taken = props.api.renderer.copyToClipboardOSC52(text)
    setFooter([span(taken ? "Copied as markdown." : "This terminal takes no copies from programs.", taken ? "good" : "warn")])
  }

  const onKey = ({ name }: { name: string }): boolean => {
    const asked = footer() === ASK
    setFooter(KEYS)
    if (asked && name === "y") for (const server of servers()) void model.prove(server.name)
    else if (name === "d") setFooter(ASK)
    else if (name === "r") model.refresh()
    else if (name === "f") props.onFindings()
    else if (name === "c") void copy()
    else return false
    return true
  }
  return <Frame api={props.api} title="LLM servers" lines={lines()} footer={footer()} onKey={onKey} />
}
