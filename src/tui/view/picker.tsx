/** The models that the watched servers have, to choose from. */
import type { TuiPluginApi } from "@opencode-ai/plugin/tui"
import { createMemo, createSignal, onCleanup } from "solid-js"
import type { TuiModel } from "../model.ts"
import type { Row, Switcher } from "../switcher.ts"
import { Safe } from "./safe.tsx"

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
  const options = createMemo(() =>
    rows().map((row) => ({ title: row.name, value: row, description: row.words, category: row.choice.provider })),
  )
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
  const target = { providerID: choice.provider, modelID: choice.key }
  const against = await switcher.against(choice)
  if (against.length === 0) {
    api.ui.dialog.clear()
    return switchTo(api, switcher, target)
  }
  const Confirm = api.ui.DialogConfirm
  api.ui.dialog.replace(() => (
    <Confirm
      title="Switch anyway?"
      message={against.join("\n").replaceAll("`", "")}
      onConfirm={() => {
        api.ui.dialog.clear()
        void switchTo(api, switcher, target)
      }}
      onCancel={() => api.ui.dialog.clear()}
    />
  ))
}

/** Makes the switch and says so. */
export async function switchTo(
  api: TuiPluginApi,
  switcher: Switcher,
  target: { providerID: string; modelID: string },
  text = `Now using ${target.providerID}/${target.modelID}.`,
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
export function showText(api: TuiPluginApi, title: string, text: string): void {
  const Alert = api.ui.DialogAlert
  api.ui.dialog.replace(() => (
    <Alert title={title} message={text.replaceAll("`", "").replaceAll("**", "")} onConfirm={() => api.ui.dialog.clear()} />
  ))
  api.ui.dialog.setSize("large")
}
