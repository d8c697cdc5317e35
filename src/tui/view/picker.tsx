/** The models that the watched servers have, to choose from. */
import type { TuiPluginApi } from "@opencode-ai/plugin/tui"
import { createMemo, createSignal, onCleanup } from "solid-js"
import type { TuiModel } from "../model.ts"
import { alignedRows } from "../picker-rows.ts"
import type { Row, Switcher } from "../switcher.ts"
import { useWidth } from "./frame.tsx"
import { Safe } from "./safe.tsx"

/** What OpenCode's list keeps free beside a row, more than other dialogs do. */
const MARGIN = 4
/** Until the next line of progress replaces it. */
const PROGRESS_MS = 6_000

export interface PickerProps {
  api: TuiPluginApi
  model: TuiModel
  switcher: Switcher
}

export function showPicker(props: PickerProps): void {
  props.api.ui.dialog.replace(() => (
    <Safe>
      <Picker {...props} />
    </Safe>
  ))
  props.api.ui.dialog.setSize("large")
}

function Picker({ api, model, switcher }: PickerProps) {
  const [rows, setRows] = createSignal<Row[]>([])
  const fill = () => void switcher.rows().then(setRows, () => {})
  onCleanup(model.subscribe(fill))
  onCleanup(model.watch())
  fill()
  const width = useWidth()
  const options = createMemo(() => {
    const shown = alignedRows(rows(), width() - MARGIN)
    return rows().map((row, i) => ({
      // OpenCode filters by the title, and shows the view in its place (read in 1.18.33; without it a long name is cut by the list).
      ...{ title: row.name, titleView: shown[i]?.name, value: row },
      ...{ description: shown[i]?.text, category: row.choice.provider },
    }))
  })
  const Select = api.ui.DialogSelect<Row>
  return (
    <Select
      title="Switch this session to"
      placeholder="Model of your own servers"
      options={options()}
      current={rows().find((row) => row.current)}
      onSelect={(option) => void take(api, switcher, option.value)}
    />
  )
}

async function take(api: TuiPluginApi, switcher: Switcher, { choice }: Row) {
  const name = `${choice.provider}/${choice.key}`
  const against = await switcher.against(choice)
  // What OpenCode does not know cannot be had by confirming.
  if (against.length === 0 || !choice.known) {
    api.ui.dialog.clear()
    return switchAsTyped(api, switcher, name)
  }
  const Confirm = api.ui.DialogConfirm
  api.ui.dialog.replace(() => (
    <Confirm
      title="Switch anyway?"
      message={against.join("\n").replaceAll("`", "")}
      onConfirm={() => {
        api.ui.dialog.clear()
        void switchAsTyped(api, switcher, `${name} --force`)
      }}
      onCancel={() => api.ui.dialog.clear()}
    />
  ))
}

/** Does what was typed behind the command: switches, after loading where the model has to be loaded, or says why not. */
export async function switchAsTyped(api: TuiPluginApi, switcher: Switcher, args: string): Promise<void> {
  const onProgress = (text: string) => api.ui.toast({ message: text, variant: "info", duration: PROGRESS_MS })
  const { text, model } = await switcher.typed(args, onProgress)
  if (model) await switchTo(api, switcher, model, text)
  else showText(api, "Switch model", text)
}

/** Makes the switch and says so. */
async function switchTo(
  api: TuiPluginApi,
  switcher: Switcher,
  target: { providerID: string; modelID: string },
  text: string,
): Promise<void> {
  const done = await switcher.use(target)
  api.ui.toast(
    done
      ? { message: text.replaceAll("`", ""), variant: "success" }
      : {
          message: "This version of OpenCode does not let a plugin switch the model. Use its own model list (ctrl+x m).",
          variant: "warning",
        },
  )
}

/** Shows a text that answers a command. */
function showText(api: TuiPluginApi, title: string, text: string): void {
  const Alert = api.ui.DialogAlert
  api.ui.dialog.replace(() => (
    <Alert title={title} message={text.replaceAll("`", "").replaceAll("**", "")} onConfirm={() => api.ui.dialog.clear()} />
  ))
  api.ui.dialog.setSize("large")
}
