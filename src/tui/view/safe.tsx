/** A part of the screen whose failure stays its own: an error in a drawing would otherwise end OpenCode (measured with 1.18.33). */
import { ErrorBoundary, type JSX } from "solid-js"

/** As the root of a dialog a boundary calls itself without end in that version, so it stands in a box. */
export function Safe(props: { children: JSX.Element }) {
  return (
    <box flexDirection="column">
      <ErrorBoundary fallback={() => <text wrapMode="none">opencode-vllm cannot draw this</text>}>{props.children}</ErrorBoundary>
    </box>
  )
}
