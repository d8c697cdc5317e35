/** The frame that the plugin's dialogs share: a title, what fits of a text, and the keys that work. */
import type { TuiPluginApi } from "@opencode-ai/plugin/tui"
import type { KeyEvent, ScrollBoxRenderable } from "@opentui/core"
import { TextAttributes } from "@opentui/core"
import { useTerminalDimensions } from "@opentui/solid"
import { createEffect, createMemo, on, onCleanup } from "solid-js"
import type { Line } from "../lines.ts"
import { Lines } from "./lines.tsx"

const WIDEST = 88
const PADDING = 2
/** The bar and a blank before it. */
const SCROLLBAR = 2
/** Before the host's own keys: in a session Page Up, Page Down, Home and End scroll its messages and close the dialog (seen with 1.18.33). */
const PRIORITY = 900

/** Columns for the text of a dialog of size `large`. */
export function useWidth(): () => number {
  const size = useTerminalDimensions()
  return () => Math.min(WIDEST, size().width - 2) - 2 * PADDING - SCROLLBAR
}

export interface FrameProps {
  api: TuiPluginApi
  title: string
  lines: Line[]
  /** The last lines: keys, or a question. */
  footer: Line[]
  /** Lines to have on the screen when they become others: the first, and the one behind the last. */
  shown?: readonly [from: number, to: number]
  /** Returns whether the key was taken. */
  onKey(key: KeyEvent): boolean
}

export function Frame(props: FrameProps) {
  const size = useTerminalDimensions()
  // The host puts a dialog a quarter of the screen from the top.
  const height = () =>
    Math.max(2, Math.min(props.lines.length, size().height - Math.floor(size().height / 4) - 5 - props.footer.length))
  let box: ScrollBoxRenderable | undefined
  const off = props.api.keymap.intercept(
    "key",
    (context) => {
      const key = context.event
      if (key.ctrl || key.meta) return
      const step = { up: -1, k: -1, down: 1, j: 1, pageup: 1 - height(), pagedown: height() - 1 }[key.name]
      if (step !== undefined) box?.scrollBy(step)
      else if (key.name === "home") box?.scrollTo(0)
      else if (key.name === "end") box?.scrollTo(box.scrollHeight)
      else if (!props.onKey(key)) return
      context.consume({ preventDefault: true, stopPropagation: true })
    },
    { priority: PRIORITY },
  )
  onCleanup(off)
  const shown = createMemo(() => props.shown, undefined, { equals: (a, b) => a?.[0] === b?.[0] && a?.[1] === b?.[1] })
  createEffect(
    on(
      shown,
      (now) => {
        if (!now || !box) return
        const [from, to] = now
        if (from < box.scrollTop) box.scrollTo(from)
        // What is longer than the dialog is shown from its beginning.
        else if (to > box.scrollTop + height()) box.scrollTo(Math.min(from, to - height()))
      },
      { defer: true },
    ),
  )
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
        verticalScrollbarOptions={{
          visible: props.lines.length > height(),
          trackOptions: { backgroundColor: theme().backgroundElement, foregroundColor: theme().border },
        }}
        horizontalScrollbarOptions={{ visible: false }}
      >
        <Lines lines={props.lines} theme={theme()} />
      </scrollbox>
      <Lines lines={props.footer} theme={theme()} />
    </box>
  )
}
