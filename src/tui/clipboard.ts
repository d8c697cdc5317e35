/**
 * Copies a text. The host's own clipboard asks the terminal (OSC 52, also through tmux and screen) and the desktop's tools, which the plugin
 * API offers only half of: terminals without OSC 52 take nothing from it.
 */
import { fromContext } from "./host-context.ts"

interface HostClipboard {
  read(): unknown
  write(text: string): Promise<void>
}

/** Resolves to whether the text was given to somebody. */
export async function copyText(
  text: string,
  { owner, terminal }: { owner: unknown; terminal(text: string): boolean },
): Promise<boolean> {
  const host = fromContext<HostClipboard>(owner, ({ read, write }) => typeof read === "function" && typeof write === "function")
  try {
    if (host) {
      await host.write(text)
      return true
    }
  } catch {
    // Then the terminal alone.
  }
  return terminal(text)
}
