/** The panel in the sidebar. */
import type { TuiPluginApi } from "@opencode-ai/plugin/tui"
import { createMemo, createSignal, onCleanup, Show } from "solid-js"
import type { TuiModel } from "../model.ts"
import { panelLines } from "../panel-lines.ts"
import type { Switcher } from "../switcher.ts"
import { Lines } from "./lines.tsx"

/** OpenCode's sidebar has so many usable columns, whatever the terminal's width (measured with 1.18.33). */
const WIDTH = 37
const OPEN = "opencode-vllm.panel.open"

export function Panel(props: { api: TuiPluginApi; model: TuiModel; switcher: Switcher; sessionID: string }) {
  const [version, changed] = createSignal(0)
  const [open, setOpen] = createSignal(props.api.kv.get<boolean>(OPEN, false) === true)
  // Mounted means visible: nothing is polled for a sidebar that nobody sees.
  onCleanup(props.model.subscribe(() => changed((n) => n + 1)))
  onCleanup(props.model.watch())
  const lines = createMemo(() => {
    version()
    const current = props.switcher.current()
    return panelLines({
      servers: props.model.servers(),
      ...(current && { current }),
      activity: props.model.activity(props.sessionID),
      findings: props.model.findings(props.sessionID).length,
      open: open(),
      width: WIDTH,
      now: Date.now(),
    })
  })
  const toggle = () => {
    setOpen(!open())
    props.api.kv.set(OPEN, open())
  }
  return (
    <Show when={lines().length > 1}>
      <box onMouseDown={toggle}>
        <Lines lines={lines()} theme={props.api.theme.current} />
      </box>
    </Show>
  )
}
