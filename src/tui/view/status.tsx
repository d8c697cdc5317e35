/** The status page as a dialog: there at once, filled as the servers answer. */
import type { TuiPluginApi } from "@opencode-ai/plugin/tui"
import { createMemo, createSignal, onCleanup } from "solid-js"
import { keyLines, type Line, paragraph, span } from "../lines.ts"
import type { TuiModel } from "../model.ts"
import { canBeAsked, PROVEN, pageLines } from "../page-lines.ts"
import { Frame, useWidth } from "./frame.tsx"
import { Safe } from "./safe.tsx"

export interface StatusProps {
  api: TuiPluginApi
  model: TuiModel
  sessionID?: string
  /** Only this server. */
  only?: string
  /** The deep check was asked for already, of this server. */
  deep?: string
  /** Id of the model that the session uses on this server, if it uses it. */
  used(server: string): string | undefined
  copy(text: string): Promise<boolean>
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

type Footer =
  | { is: "keys" }
  /** Until there are other reports than these. */
  | { is: "looking"; before: unknown[] }
  | { is: "ask"; servers: string[] }
  | { is: "said"; line: Line }

const NOBODY = "No server here can be asked; mend what is wrong first."

function Status(props: StatusProps) {
  const { model } = props
  const width = useWidth()
  const [version, changed] = createSignal(0)
  const [footer, setFooter] = createSignal<Footer>({ is: "keys" })
  let closed = false
  onCleanup(model.subscribe(() => changed((n) => n + 1)))
  onCleanup(model.watch(true))
  onCleanup(() => {
    closed = true
  })
  if (props.sessionID !== undefined) model.askFindings(props.sessionID)

  const servers = () => model.servers().filter(({ name }) => props.only === undefined || name === props.only)
  const running = () => servers().filter(({ name }) => model.progress.has(name))
  const lines = createMemo(() => {
    version()
    const known = model.servers().map(({ name }) => name)
    return pageLines({
      servers: servers(),
      ...(props.only !== undefined && !known.includes(props.only) && { missing: { name: props.only, known } }),
      findings: props.sessionID === undefined ? [] : model.findings(props.sessionID),
      progress: model.progress,
      problems: model.problems,
      version: model.version,
      width: width(),
    })
  })
  const footerLines = createMemo((): Line[] => {
    version()
    const now = footer()
    if (now.is === "said") return [now.line]
    if (now.is === "ask") {
      const [only, ...rest] = now.servers
      const who = rest.length === 0 ? `the model of ${only} writes up` : `models of ${now.servers.join(", ")} write, each up`
      return paragraph(`y starts the deep check: ${who} to a few thousand tokens. Any other key: no`, { width: width() })
    }
    const deep = running().length > 0 ? "x stop the deep check" : "d deep check"
    const again = now.is === "looking" && servers().some(({ report }) => now.before.includes(report))
    return keyLines([again ? "looking again" : "r refresh", deep, "f findings", "c copy"], width())
  })

  async function prove(name: string) {
    await model.prove(name, props.used(name))
    if (!closed) return
    // Nobody looks at the page any more.
    const report = model.servers().find((one) => one.name === name)?.report
    const bad = report?.checks.find(({ id, status }) => PROVEN.has(id) && (status === "fail" || status === "warn"))
    const text = model.problems.get(name) ?? bad?.message ?? "the deep check found nothing wrong."
    const well = !bad && !model.problems.has(name)
    props.api.ui.toast({ message: `opencode-vllm: ${name}: ${text}`.replaceAll("`", ""), variant: well ? "success" : "warning" })
  }
  if (props.deep !== undefined) void prove(props.deep)

  async function copy() {
    const { statusPage } = await import("../late.ts")
    const text = statusPage({
      reports: servers().flatMap(({ report }) => (report ? [report] : [])),
      findings: props.sessionID === undefined ? [] : [...model.findings(props.sessionID)],
      version: model.version,
    })
    const taken = await props.copy(text)
    const line = span(taken ? "Copied as markdown." : "This terminal takes no copies from programs.", taken ? "good" : "warn")
    setFooter({ is: "said", line: [line] })
  }

  function ask() {
    const names = servers()
      .filter(canBeAsked)
      .map(({ name }) => name)
    setFooter(names.length > 0 ? { is: "ask", servers: names } : { is: "said", line: [span(NOBODY, "warn")] })
  }

  const onKey = ({ name }: { name: string }): boolean => {
    const before = footer()
    setFooter({ is: "keys" })
    if (before.is === "ask" && name === "y") for (const server of before.servers) void prove(server)
    else if (name === "x" && running().length > 0) for (const server of running()) model.stopProving(server.name)
    else if (name === "d" && running().length === 0) ask()
    else if (name === "r") {
      setFooter({ is: "looking", before: servers().flatMap(({ report }) => (report ? [report] : [])) })
      model.refresh()
    } else if (name === "f") props.onFindings()
    else if (name === "c") void copy()
    else return false
    return true
  }
  return <Frame api={props.api} title="LLM servers" lines={lines()} footer={footerLines()} onKey={onKey} />
}
