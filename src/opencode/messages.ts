import { type Commands, SWITCH_COMMAND } from "./commands.ts"
import { asideInWork, keepFromModel, type MessageLike } from "./history.ts"
import { type Host, type ModelRef, tellsSwitch } from "./host.ts"
import type { Notices } from "./notices.ts"
import type { Pages } from "./pages.ts"
import { finished, whole } from "./pieces.ts"
import type { Sessions } from "./sessions.ts"
import { meant, remember } from "./switch-memory.ts"
import type { Switchers } from "./switchers.ts"
import type { TuiSide } from "./tui-side.ts"

export interface MessagesOptions {
  host: Host
  sessions: Sessions
  commands: Commands
  pages: Pages
  switcher: Switchers
  notices: Notices
  tui: TuiSide
  isWatched(providerID: string): boolean
  onError(error: unknown): void
}

/** What becomes of the messages of a session: commands of this plugin, switches of the model, and what the model is not to see. */
export function createMessages(o: MessagesOptions) {
  const { host, sessions, commands, pages, switcher, notices, tui, onError } = o
  return {
    /** A user message is about to be answered: the host lets its model and its parts be changed. */
    async userMessage(
      message: { id: string; sessionID: string; model: ModelRef },
      parts: { type: string; metadata?: Record<string, unknown> }[],
    ) {
      // It is by such a message that the host is told of a switch; no front end chose its model.
      if (tellsSwitch(parts)) return
      const session = sessions.get(message.sessionID)
      const { sessionID } = message
      message.model = meant(session.switching, message.model)
      const given = commands.pending(sessionID)
      if (!given) return
      const here = o.isWatched(message.model.providerID)
      if (given.command !== SWITCH_COMMAND) {
        const make = async () => pages.answer(sessionID, given.args)
        if (here) commands.take(sessionID, message.id, parts, { make, aside: session.working === true })
        else commands.leave(sessionID)
        return
      }
      const from = message.model
      const { answer, model, holds } = await switcher.wish(sessionID, given.args, from)
      const there = model !== undefined && o.isWatched(model.providerID)
      const memory = { ...session.switching }
      if (model) {
        remember(session.switching, from, model)
        // The answer to this message is made here, so it must come by here.
        if (there) message.model = model
        tui.model(sessionID, model)
      }
      // Where neither the old model nor the new one passes through here, the model is asked to call the tool.
      if (!here && !there) return commands.leave(sessionID)
      const undo = async () => {
        session.switching = memory
        tui.model(sessionID, from)
        await host.useModel(sessionID, from, message.id)
      }
      const make = async () => {
        // The host has noted the session's model before it let the message be changed; so it is told once more, from within the turn.
        if (model) await host.useModel(sessionID, model, message.id)
        return model && holds ? finished(answer, async () => (holds() ? undefined : undo())) : answer
      }
      commands.take(sessionID, message.id, parts, { make, aside: session.working === true })
    },

    /** A request is being made of these messages, which may be changed for it. */
    history(messages: (MessageLike & { info: { sessionID?: string } })[]) {
      const aside = asideInWork(messages)
      const make = aside === undefined ? undefined : commands.release(aside)
      const sessionID = messages[0]?.info.sessionID
      keepFromModel(messages)
      if (!make || sessionID === undefined) return
      void make()
        .then(whole)
        .then((text) => notices.say(sessionID, { cause: `aside:${aside}`, text, variant: "info", when: "now" }, { toast: false }))
        .catch(onError)
    },

    /** For the agent's tool. */
    switching: {
      wish: (sessionID: string, model: string) => {
        const { providerID, modelID } = sessions.get(sessionID)
        const current = providerID !== undefined && modelID !== undefined ? { providerID, modelID } : undefined
        return switcher.wish(sessionID, model, current)
      },
      use: async (sessionID: string, model: ModelRef) => {
        const session = sessions.get(sessionID)
        const { providerID, modelID } = session
        const from = providerID !== undefined && modelID !== undefined ? { providerID, modelID } : undefined
        if (!(await host.useModel(sessionID, model))) return false
        remember(session.switching, from, model)
        tui.model(sessionID, model)
        return true
      },
    },
  }
}
