/** The questions of `opencode-vllm init`, on a terminal. */
import { confirm, isCancel, multiselect, select, text } from "@clack/prompts"
import { type Ask, ENV_NAME } from "./types.ts"

const given = <T>(answer: T) => (isCancel(answer) ? undefined : (answer as Exclude<T, symbol>))
const options = (ids: readonly string[]) => ids.map((id) => ({ value: id, label: id }))

export const askOnTerminal: Ask = {
  async server(names) {
    const all = names.map((label, value) => ({ value, label }))
    return given(await select({ message: "Which server is OpenCode to use?", options: all }))
  },
  async keyEnv(server) {
    return given(
      await text({
        message: `${server} wants an API key. Which environment variable holds it?`,
        placeholder: "VLLM_API_KEY",
        validate: (name) => (ENV_NAME.test(name ?? "") ? undefined : "The name of a variable, not the key itself."),
      }),
    )
  },
  async models(ids) {
    const message = "Which models are to be in the list? (space picks, enter ends)"
    return given(await multiselect({ message, options: options(ids), initialValues: [...ids], required: true, maxItems: 12 }))
  },
  async model(ids) {
    return given(await select({ message: "Which one does OpenCode start with?", options: options(ids), maxItems: 12 }))
  },
  async provider(usual, objection) {
    for (let message = "Id of the provider in OpenCode?"; ; ) {
      const id = given(await text({ message, initialValue: usual }))
      const why = id === undefined ? undefined : await objection(id)
      if (why === undefined) return id
      message = why
    }
  },
  async write(files) {
    return given(await confirm({ message: `Write ${files.join(" and ")}?` }))
  },
}
