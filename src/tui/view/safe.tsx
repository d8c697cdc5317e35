/** A part of the screen whose failure stays its own: an error in a drawing would otherwise end OpenCode (measured with 1.18.33). */
import { ErrorBoundary, type JSX, onCleanup } from "solid-js"

const AGAIN_MS = 5_000

/** As the root of a dialog a boundary calls itself without end in that version, so it stands in a box. Drawn anew after a while. */
export function Safe(props: { children: JSX.Element; againMs?: number }) {
  return (
    <box flexDirection="column">
      <ErrorBoundary
        fallback={(_, again) => {
          const timer = setTimeout(again, props.againMs ?? AGAIN_MS)
          timer.unref?.()
          onCleanup(() => clearTimeout(timer))
          return <text wrapMode="none">opencode-vllm cannot draw this</text>
        }}
      >
        {props.children}
      </ErrorBoundary>
    </box>
  )
}
