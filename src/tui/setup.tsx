/** Puts the parts of the terminal interface together and into the host's places. */
import type { TuiPluginApi } from "@opencode-ai/plugin/tui"
import { getOwner } from "solid-js"
import { isHidden } from "../config/hidden.ts"
import { watchedProviders } from "../config/providers.ts"
import type { Endpoint } from "../endpoint/types.ts"
import { tokensLeft } from "../opencode/host.ts"
import { sameModel } from "../opencode/switch-memory.ts"
import { copyText } from "./clipboard.ts"
import { isOurs, needsServer, type Typed, typedCommand } from "./commands.ts"
import { NotPossible } from "./deep-checks.ts"
import { createModel } from "./model.ts"
import { createPromptModel } from "./prompt-model.ts"
import { createTuiSwitcher } from "./switcher.ts"
import { showFindings } from "./view/findings.tsx"
import { createDetails, Panel } from "./view/panel.tsx"
import { showPicker, switchAsTyped } from "./view/picker.tsx"
import { Safe } from "./view/safe.tsx"
import { showStatus } from "./view/status.tsx"

const NAME = "opencode-vllm"
const TOAST_MS = 12_000
const NO_RESCUE =
  'Answers are read by the server half of the plugin, which is not loaded. Put opencode-vllm into "plugin" of opencode.json as well.'
/** Behind the host's own panels on context (100) and before its MCP servers (200). */
const PANEL_ORDER = 150

export function setup(api: TuiPluginApi): void {
  let owner: unknown

  const session = (): string | undefined => {
    const { current } = api.route
    return current.name === "session" ? String(current.params?.sessionID ?? "") || undefined : undefined
  }
  const model = createModel({
    endpoints: () => endpointsOf(api),
    directory: () => api.state.path.directory,
    publish: (command) => api.client.tui.publish({ body: { type: "tui.command.execute", properties: { command } } }),
    look: async (endpoint, options) => (await import("./late.ts")).lookAt(endpoint, options),
    async prove(endpoint, report, { model: wanted, ...how }) {
      const { createInspector, lookAt, modelToProve, prove, withProof } = await import("./late.ts")
      const seen = report ?? (await lookAt(endpoint))
      const asked = modelToProve(seen, wanted) ?? modelToProve(seen)
      if (asked === undefined) throw new NotPossible("There is no model to ask; mend what is wrong first.")
      return withProof(seen, await prove(endpoint, { model: asked, report: seen, inspect: createInspector, ...how }))
    },
    session,
    tokens: (id) =>
      api.state.session
        .messages(id)
        .map((message) => (message.role === "assistant" ? tokensLeft(message) : 0))
        .findLast((count) => count > 0),
    async notify(report, is) {
      const { healthNotice, recoveredNotice } = await import("./late.ts")
      const message = is === "trouble" ? healthNotice(report) : recoveredNotice(report)
      api.ui.toast({ message: message.replaceAll("`", ""), variant: is === "trouble" ? "error" : "success", duration: TOAST_MS })
    },
    toast: (toast) => api.ui.toast(toast),
    onModel(sessionID, to) {
      if (sessionID === session()) void promptModel.keep(to, () => sessionID === session())
    },
    // The host shows nothing of what a plugin throws; a look that failed is repeated anyway.
    onError() {},
  })
  const promptModel = createPromptModel(api, () => owner)
  const switcher = createTuiSwitcher({
    reports: () => model.servers().flatMap(({ report }) => (report ? [report] : [])),
    looked: model.looked,
    known: () =>
      api.state.provider.flatMap(({ id: provider, models }) =>
        Object.entries(models).map(([key, one]) => ({
          provider,
          key,
          id: one.api?.id ?? key,
          context: one.limit?.context || undefined,
        })),
      ),
    used: () => {
      const id = session()
      return id === undefined ? undefined : model.activity(id).tokens
    },
    before() {
      const id = session()
      const now = promptModel.current()
      const answers = id === undefined ? [] : api.state.session.messages(id)
      return answers
        .flatMap((one) => (one.role === "assistant" ? [{ providerID: one.providerID, modelID: one.modelID }] : []))
        .findLast((one) => !sameModel(one, now))
    },
    endpoint: (provider) => endpointsOf(api).find((one) => one.provider === provider),
    load: async (...given) => (await import("./late.ts")).loadModel(...given),
    hidden: (provider, id) => isHidden(api.state.config.provider?.[provider], id),
    use: promptModel.use,
    current: promptModel.current,
    onSwitched(from, to) {
      const id = session()
      if (id !== undefined) model.switched(id, from, to)
    },
  })

  const copy = (text: string) => copyText(text, { owner, terminal: (given) => api.renderer.copyToClipboardOSC52(given) })
  const findings = () => showFindings({ api, model, sessionID: session(), copy })
  /** The model that the session uses on this server, as the server calls it. */
  function used(provider: string): string | undefined {
    const current = promptModel.current()
    if (current?.providerID !== provider) return undefined
    return model.endpoint(provider)?.models?.find(({ key }) => key === current.modelID)?.id ?? current.modelID
  }
  const status = (how: { only?: string; deep?: string } = {}) =>
    showStatus({ api, model, sessionID: session(), ...how, used, copy, onFindings: findings })
  async function run({ command, args }: Typed) {
    if (command === "vllm-status") {
      if (needsServer({ command, args })) return api.ui.toast({ message: NO_RESCUE, variant: "warning", duration: TOAST_MS })
      const words = args.split(/\s+/).filter(Boolean)
      const only = words.find((word) => !word.startsWith("--"))
      const deep = words.includes("--deep") ? (only ?? promptModel.current()?.providerID) : undefined
      const known = model.servers().some(({ name }) => name === deep)
      return status({ ...(only !== undefined && { only }), ...(deep !== undefined && known && { deep }) })
    }
    if (args === "") return showPicker({ api, model, switcher })
    return switchAsTyped(api, switcher, args)
  }

  const details = createDetails(api)
  const commands = [
    { name: "vllm.status", title: "LLM server status", slash: "vllm-status", run: () => status() },
    {
      name: "vllm.switch",
      title: "Switch to a model of your own servers",
      slash: "switch-model",
      run: () => showPicker({ api, model, switcher }),
    },
    { name: "vllm.details", title: "LLM servers in the sidebar: more or less", slash: undefined, run: details.toggle },
    { name: "vllm.findings", title: "LLM findings of this session", slash: undefined, run: findings },
  ]
  // The server half puts the same names into the list of commands; then one entry is enough.
  const listed = (slash: string | undefined) => slash !== undefined && api.state.config.command?.[slash] === undefined
  const off: (() => void)[] = [
    api.keymap.registerLayer({
      commands: commands.map(({ name, title, slash, run: go }) => ({
        ...{ name, title, category: "LLM server", namespace: "palette", run: go },
        ...(listed(slash) && { slashName: slash }),
      })),
    }),
    api.keymap.intercept(
      "key",
      (context) => {
        const { event } = context
        if (event.name !== "return" || event.ctrl || event.shift || event.meta) return
        const editor = api.renderer.currentFocusedEditor
        if (!editor || (editor.traits as { role?: string }).role !== "prompt") return
        const typed = typedCommand(editor.plainText)
        if (!typed || !isOurs(typed.command, api.state.config.command)) return
        // Where the server half is loaded it has put the command into the configuration.
        if (needsServer(typed) && api.state.config.command?.[typed.command] !== undefined) return
        context.consume({ preventDefault: true, stopPropagation: true })
        editor.clear()
        setTimeout(() => void run(typed).catch(() => {}), 0)
      },
      { priority: 1000 },
    ),
  ]
  api.slots.register({
    order: PANEL_ORDER,
    slots: {
      app() {
        owner = getOwner()
        return null
      },
      sidebar_content: (_, { session_id }) => (
        <Safe>
          <Panel api={api} model={model} switcher={switcher} sessionID={session_id} details={details} />
        </Safe>
      ),
    },
  })
  for (const type of EVENTS) off.push(api.event.on(type, (event) => model.event(type, event.properties)))
  api.lifecycle.onDispose(() => {
    for (const one of off) one()
    model.dispose()
  })
}

const EVENTS = [
  "tui.command.execute",
  "server.instance.disposed",
  "message.updated",
  "message.part.delta",
  "message.part.updated",
  "session.status",
  "session.idle",
  "session.deleted",
] as const

/** The watched servers, by the configuration as the host has resolved it, and by this plugin's options in it. */
function endpointsOf(api: TuiPluginApi): Endpoint[] {
  const { config, provider } = api.state
  const entry = config.plugin?.find((one) => Array.isArray(one) && String(one[0]).includes(NAME))
  const options = (Array.isArray(entry) ? entry[1] : undefined) as { include?: unknown; exclude?: unknown } | undefined
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
  return watchedProviders(config, { include: list(options?.include), exclude: list(options?.exclude) }, provider)
}
