import { servedFor } from "../endpoint/checks/model.ts"
import { problems } from "../endpoint/problems.ts"
import type { EndpointReport, ServedModel } from "../endpoint/types.ts"
import { familyOfModel } from "../knowledge/families.ts"
import { isChatModel } from "./chat-model.ts"

/** A model that a session could be switched to. */
export interface Choice {
  provider: string
  /** Key under `provider.<id>.models`; what `provider/id` means in OpenCode. */
  key: string
  /** Name on the server. */
  id: string
  /** Base model, for a LoRA adapter. */
  parent?: string
  /** Context length in tokens as the server reports it; else as configured. */
  context?: number
  state?: ServedModel["state"]
  /** Whether it can call tools, where the server or the model's family says so. */
  tools?: boolean
  /** The server lists it. False: configured, and not served now. */
  served: boolean
  /** OpenCode knows it. False: served, but learned of after OpenCode's start. */
  known: boolean
  /** What is wrong with the server, as its check says it: then nothing is sure. */
  trouble?: string
}

export interface Known {
  provider: string
  key: string
  /** The id sent to the server. */
  id: string
  context?: number
}

/**
 * Every model of the watched servers, in the servers' order and then the configuration's: what is served, and what is configured and is not.
 *
 * @param known models that OpenCode has for these providers
 * @param hidden whether OpenCode was told to leave a served model out; then nobody can use it
 */
export function catalog(
  reports: readonly EndpointReport[],
  known: readonly Known[],
  hidden: (provider: string, id: string) => boolean = () => false,
): Choice[] {
  return reports.flatMap((report) => {
    const provider = report.provider ?? report.url
    const mine = known.filter((model) => model.provider === provider)
    const trouble = report.models.length > 0 ? undefined : problems(report)[0]?.message
    const served = report.models.flatMap((model): Choice[] => {
      const entry = mine.find((one) => one.id === model.id) ?? mine.find((one) => serves(report, one.id) === model)
      if (!entry && (!isChatModel(model) || hidden(provider, model.id))) return []
      const choice = {
        ...choiceOf(provider, model, entry),
        key: entry?.key ?? model.id,
        served: true,
        known: entry !== undefined,
        trouble: undefined,
      }
      return [choice]
    })
    const rest = mine
      .filter((one) => !served.some((choice) => choice.key === one.key))
      .map((one): Choice => {
        // Two entries may name one served model, with other settings each.
        const model = serves(report, one.id)
        return {
          ...choiceOf(provider, model ?? { id: one.id }, one),
          key: one.key,
          served: model !== undefined,
          known: true,
          trouble,
        }
      })
    return [...served, ...rest]
  })
}

const serves = ({ models, server }: EndpointReport, id: string) => servedFor(id, models, server.kind)

function choiceOf(provider: string, model: ServedModel, configured?: Known) {
  const family = familyOfModel({ id: model.id, root: model.root })
  return {
    provider,
    id: model.id,
    parent: model.parent,
    context: model.context ?? model.maxContext ?? configured?.context,
    state: model.state,
    tools: model.tools ?? (family ? true : undefined),
  }
}
