/** The findings of a session as a dialog: where, what was seen, why, what to change; and a file for a bug report. */
import type { TuiPluginApi } from "@opencode-ai/plugin/tui"
import { createMemo, createSignal, onCleanup } from "solid-js"
import { detailLines, keyOf } from "../finding-lines.ts"
import { keyLines, type Line, paragraph, pathLines, span } from "../lines.ts"
import type { TuiModel } from "../model.ts"
import { Frame, useWidth } from "./frame.tsx"
import { Safe } from "./safe.tsx"

export interface FindingsProps {
  api: TuiPluginApi
  model: TuiModel
  sessionID?: string
  copy(text: string): Promise<boolean>
}

export function showFindings(props: FindingsProps): void {
  props.api.ui.dialog.replace(() => (
    <Safe>
      <Findings {...props} />
    </Safe>
  ))
  props.api.ui.dialog.setSize("large")
}

const ABSENT =
  "The server half of the plugin looks into the answers; it is not loaded. Put `opencode-vllm` into `plugin` of opencode.json as well."

type Said = { path: string; copied?: boolean } | { problem: string }

function Findings(props: FindingsProps) {
  const { model, sessionID } = props
  const width = useWidth()
  const [version, changed] = createSignal(0)
  /** By its cause: a newer finding moves the others down. */
  const [chosen, choose] = createSignal<string>()
  const [said, say] = createSignal<Said>()
  onCleanup(model.subscribe(() => changed((n) => n + 1)))
  if (sessionID !== undefined) model.askFindings(sessionID)

  const findings = createMemo(() => {
    version()
    return sessionID === undefined ? [] : [...model.findings(sessionID)].sort((a, b) => b.last - a.last)
  })
  const index = () =>
    Math.max(
      0,
      findings().findIndex((one) => keyOf(one) === chosen()),
    )
  const blocks = createMemo((): Line[][] => {
    version()
    const kept = sessionID === undefined ? [] : model.kept(sessionID)
    return findings().map((one, i) =>
      detailLines(one, { width: width(), chosen: i === index(), kept: kept.includes(keyOf(one)) }),
    )
  })
  const lines = createMemo((): Line[] => {
    version()
    if (findings().length > 0) return blocks().flat()
    return model.half === "absent"
      ? paragraph(ABSENT, { width: width() })
      : [[span("No findings in this session since OpenCode was started.")]]
  })
  const shown = createMemo(() => {
    const before = blocks().slice(0, index()).flat().length
    return [before, before + (blocks()[index()]?.length ?? 0)] as const
  })
  const footer = createMemo((): Line[] => {
    const now = said()
    const keys = ["tab next", "w write evidence without prompts", "p with prompts"]
    if (!now) return findings().length === 0 ? [] : keyLines(keys, width())
    if ("problem" in now) return paragraph(now.problem, { width: width(), tone: "warn" })
    const done = now.copied === undefined ? "Written to (c copies the path):" : now.copied ? "Path copied:" : "Not copied:"
    return [[span(done, now.copied === false ? "warn" : "good")], ...pathLines(now.path, width())]
  })

  function move(by: number) {
    const all = findings()
    const next = all[(index() + by + all.length) % all.length]
    if (next) choose(keyOf(next))
  }

  async function write(prompts: boolean) {
    const one = findings()[index()]
    if (!one || sessionID === undefined) return
    choose(keyOf(one))
    const { path, problem } = await model.evidence(sessionID, keyOf(one), prompts)
    say(path === undefined ? { problem: problem ?? "Nothing was written." } : { path })
  }

  async function copy(path: string) {
    say({ path, copied: await props.copy(path) })
  }

  const onKey = ({ name, shift }: { name: string; shift?: boolean }): boolean => {
    const before = said()
    if (name === "c" && before && "path" in before) void copy(before.path)
    else {
      if (name === "tab") move(shift ? -1 : 1)
      else if (name === "w") void write(false)
      else if (name === "p") void write(true)
      else return false
      say(undefined)
    }
    return true
  }
  return (
    <Frame api={props.api} title="Findings of this session" lines={lines()} footer={footer()} shown={shown()} onKey={onKey} />
  )
}
