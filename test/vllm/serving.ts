/** `opencode serve` in front of a server of this check: what is stored and shown in every front end. */
import { createOpencodeClient, type Part } from "@opencode-ai/sdk"
import { makeProject, serveOpenCode } from "../../scripts/host.ts"
import type { VllmServer } from "../../scripts/vllm.mjs"

export interface Agent {
  /** Sends a message and waits for the turn to end. */
  ask(text: string): Promise<void>
  /** Sends a message, and returns when it was taken. */
  begin(text: string): Promise<void>
  abort(): Promise<void>
  /** The parts of all answers so far. */
  parts(): Promise<Part[]>
  /** What answers that failed say of it. */
  errors(): Promise<string>
  /** Whether the conversation was shortened. */
  compacted(): Promise<boolean>
  title(): Promise<string>
}

export async function serving(server: VllmServer, options: Record<string, unknown>, use: (agent: Agent) => Promise<void>) {
  const project = makeProject({ url: server.url, model: server.model, options })
  const { url, child } = await serveOpenCode(project)
  try {
    const client = createOpencodeClient({ baseUrl: url, directory: project.dir })
    const path = { id: (await client.session.create({ body: {} })).data?.id ?? "" }
    const said = (text: string) => ({ path, body: { parts: [{ type: "text" as const, text }] } })
    const answers = async () => {
      const { data = [] } = await client.session.messages({ path })
      return data.filter(({ info }) => info.role === "assistant")
    }
    await use({
      ask: async (text) => void (await client.session.prompt(said(text))),
      begin: async (text) => void (await client.session.promptAsync(said(text))),
      abort: async () => void (await client.session.abort({ path })),
      parts: async () => (await answers()).flatMap(({ parts }) => parts),
      errors: async () => (await answers()).map(({ info }) => ("error" in info ? JSON.stringify(info.error) : "")).join(" "),
      compacted: async () => (await answers()).some(({ info }) => info.role === "assistant" && info.summary === true),
      title: async () => (await client.session.get({ path })).data?.title ?? "",
    })
  } finally {
    child.kill()
    project.dispose()
  }
}

/** Sum of a counter or gauge of the server over the label sets in which all of these texts stand. */
export async function metric(server: VllmServer, name: string, ...labels: string[]): Promise<number> {
  const text = await (await fetch(`${server.origin}/metrics`)).text()
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0)
}

/** How many POST requests of this route were answered with this status so far. */
export const answersOf = (server: VllmServer, route: string, status = "2xx"): Promise<number> =>
  metric(server, "http_requests_total", `handler="${route}"`, 'method="POST"', `status="${status}"`)

export const running = (server: VllmServer): Promise<number> => metric(server, "vllm:num_requests_running")

export async function until(holds: () => Promise<boolean>, ms = 60_000): Promise<void> {
  const late = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > late) throw new Error("It did not come about.")
    await new Promise((next) => setTimeout(next, 100))
  }
}
