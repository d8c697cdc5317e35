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

/** Whether the panel shows details: one answer for every session, kept for the next start. */
export interface Details {
  shown(): boolean
  toggle(): void
}

export function createDetails({ kv }: Pick<TuiPluginApi, "kv">): Details {
  const [shown, show] = createSignal(kv.get<boolean>(OPEN, false) === true)
  return {
    shown,
    toggle() {
      show(!shown())
      kv.set(OPEN, shown())
    },
  }
}

export interface PanelProps {
  api: TuiPluginApi
  model: TuiModel
  switcher: Switcher
  sessionID: string
  details: Details
}

export function Panel(props: PanelProps) {
  const [version, changed] = createSignal(0)
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
      open: props.details.shown(),
      width: WIDTH,
      now: Date.now(),
    })
  })
  return (
    <Show when={lines().length > 1}>
      <box onMouseDown={props.details.toggle}>
        <Lines lines={lines()} theme={props.api.theme.current} />
      </box>
    </Show>
  )
}
