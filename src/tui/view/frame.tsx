/** The frame that the plugin's dialogs share: a title, what fits of a text, and the keys that work. */
import type { TuiPluginApi } from "@opencode-ai/plugin/tui"
import type { KeyEvent, ScrollBoxRenderable } from "@opentui/core"
import { TextAttributes } from "@opentui/core"
import { useKeyboard, useTerminalDimensions } from "@opentui/solid"
import type { Line } from "../lines.ts"
import { Lines } from "./lines.tsx"

const WIDEST = 88
const PADDING = 2
/** The bar and a blank before it. */
const SCROLLBAR = 2

/** Columns for the text of a dialog of size `large`. */
export function useWidth(): () => number {
  const size = useTerminalDimensions()
  return () => Math.min(WIDEST, size().width - 2) - 2 * PADDING - SCROLLBAR
}

export interface FrameProps {
  api: TuiPluginApi
  title: string
  lines: Line[]
  /** The last line: keys, or a question. */
  footer: Line
  /** Returns whether the key was taken. */
  onKey(key: KeyEvent): boolean
}

export function Frame(props: FrameProps) {
  const size = useTerminalDimensions()
  // The host puts a dialog a quarter of the screen from the top.
  const height = () => Math.max(4, Math.min(props.lines.length, size().height - Math.floor(size().height / 4) - 6))
  let box: ScrollBoxRenderable | undefined
  useKeyboard((key) => {
    if (key.ctrl || key.meta) return
    const step = { up: -1, k: -1, down: 1, j: 1, pageup: 1 - height(), pagedown: height() - 1 }[key.name]
    if (step !== undefined) box?.scrollBy(step)
    else if (key.name === "home") box?.scrollTo(0)
    else if (key.name === "end") box?.scrollTo(box.scrollHeight)
    else if (!props.onKey(key)) return
    key.preventDefault()
  })
  const theme = () => props.api.theme.current
  return (
    <box paddingLeft={PADDING} paddingRight={PADDING} paddingBottom={1} gap={1}>
      <box flexDirection="row" justifyContent="space-between">
        <text wrapMode="none" fg={theme().text} attributes={TextAttributes.BOLD}>
          {props.title}
        </text>
        <text wrapMode="none" fg={theme().textMuted}>
          esc
        </text>
      </box>
      <scrollbox
        ref={(one: ScrollBoxRenderable) => {
          box = one
        }}
        height={height()}
        scrollX={false}
        verticalScrollbarOptions={{ visible: props.lines.length > height() }}
        horizontalScrollbarOptions={{ visible: false }}
      >
        <Lines lines={props.lines} theme={theme()} />
      </scrollbox>
      <Lines lines={[props.footer]} theme={theme()} />
    </box>
  )
}
