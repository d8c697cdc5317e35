/** Lines on the screen, in the theme's colours. */

import type { TuiThemeCurrent } from "@opencode-ai/plugin/tui"
import { StyledText, TextAttributes, type TextChunk } from "@opentui/core"
import { Index } from "solid-js"
import type { Line, Tone } from "../lines.ts"

const COLOR = {
  plain: "text",
  muted: "textMuted",
  strong: "text",
  good: "success",
  warn: "warning",
  bad: "error",
} as const satisfies Record<Tone, keyof TuiThemeCurrent>

function styled(line: Line, theme: TuiThemeCurrent): StyledText {
  const chunks = line.map(
    ({ text, tone }): TextChunk => ({
      __isChunk: true,
      text,
      fg: theme[COLOR[tone]],
      ...(tone === "strong" && { attributes: TextAttributes.BOLD }),
    }),
  )
  // An empty text takes no row.
  return new StyledText(chunks.length > 0 ? chunks : [{ __isChunk: true, text: " " }])
}

/** As a property of its own the content would be made a string; within `style` it is set as it is (seen in @opentui/solid 0.4.5). */
const content = (text: StyledText) => ({ content: text }) as object

export function Lines(props: { lines: Line[]; theme: TuiThemeCurrent }) {
  // By index: a line that changes keeps its place, so nothing is built anew when a figure moves.
  return (
    <box flexDirection="column" flexShrink={0}>
      <Index each={props.lines}>{(line) => <text wrapMode="none" style={content(styled(line(), props.theme))} />}</Index>
    </box>
  )
}
