/** The one server that a project is set up for: named, or found; with its key. */
import type { LoadedConfig } from "../../config/load.ts"
import { serverName, writers } from "../../config/setup/block.ts"
import { providerOf } from "../../config/setup/known.ts"
import { secretsOf } from "../../endpoint/text.ts"
import { parseBaseUrl } from "../../endpoint/url.ts"
import { type Found, findServers, isKnown, lookWell, refusal, USUAL_PORTS } from "./find.ts"
import { CANCELLED, type InitFlags, type InitIo, type InitResult, refuse } from "./types.ts"

export interface Chosen {
  found: Found
  /** Variable with the key, where one is to be written. */
  keyEnv?: string
  notes: string[]
}

export async function chooseServer(loaded: LoadedConfig, flags: InitFlags, io: InitIo): Promise<Chosen | InitResult> {
  const { env } = loaded.where
  if (flags.keyEnv !== undefined && !env[flags.keyEnv]) return refuse(2, `The environment variable ${flags.keyEnv} is not set.`)
  const chosen = flags.url === undefined ? await findOne(loaded, io) : await lookAtNamed(loaded, flags.url, flags.keyEnv)
  if ("exit" in chosen) return chosen
  const opened = await withKey(chosen, loaded, flags, io)
  if ("exit" in opened) return opened
  const { report } = opened.found
  if (writers(report).length > 0) return opened
  if (report.models.length > 0) return refuse(1, `${serverName(report)} serves no model that writes text.`)
  const worst = report.checks.find(({ status }) => status === "fail") ?? report.checks.find(({ status }) => status === "warn")
  return refuse(1, worst ? `${worst.message} ${worst.fix}`.trim() : `${report.url} serves no model.`)
}

async function lookAtNamed(loaded: LoadedConfig, typed: string, keyEnv: string | undefined): Promise<Chosen | InitResult> {
  const first = parseBaseUrl(typed)
  const url = "fault" in first && first.fault === "no-scheme" ? `http://${typed.trim()}` : typed.trim()
  const base = parseBaseUrl(url)
  if ("fault" in base)
    return refuse(2, `${base.shown || "The empty text"} is not the address of a server. Write it like http://localhost:8000/v1.`)
  if (base.userinfo !== undefined || secretsOf({ url }).length > 0)
    return refuse(
      2,
      "The address holds a password or a key, which would be written into a file. Leave it out, and name a variable that holds the key with --key-env.",
    )
  const known = providerOf(loaded, url)
  const key = keyEnv === undefined ? known?.key : loaded.where.env[keyEnv]
  const found = await lookWell({ url, ...(key && { key }), ...(known?.headers && { headers: known.headers }) })
  return { found, ...(keyEnv && { keyEnv }), notes: [] }
}

async function findOne(loaded: LoadedConfig, { ask, ports = USUAL_PORTS }: InitIo): Promise<Chosen | InitResult> {
  const all = await findServers(loaded, ports)
  const names = all.map(
    ({ report, endpoint }) => `${serverName(report)}${endpoint.provider ? ` (configured as ${endpoint.provider})` : ""}`,
  )
  if (all.length === 0)
    return refuse(
      1,
      `No server was found on the usual ports of this machine (${ports.join(", ")}). Start it, or name its address: opencode-vllm init --url http://HOST:PORT/v1`,
    )
  // What is configured is preferred: who runs this twice gets the same twice.
  const usual = Math.max(
    0,
    all.findIndex(({ endpoint }) => endpoint.provider !== undefined),
  )
  const index = ask && all.length > 1 ? await ask.server(names) : usual
  const found = index === undefined ? undefined : all[index]
  if (!found) return CANCELLED
  const others = ask ? [] : all.filter((one) => one !== found && one.endpoint.provider === undefined)
  return {
    found,
    notes: others.map(({ report }) => `Also found: ${serverName(report)}. For that one: opencode-vllm init --url ${report.url}`),
  }
}

/** A key goes to a server only when it is configured for it or somebody names it now. */
async function withKey(chosen: Chosen, { where }: LoadedConfig, flags: InitFlags, { ask }: InitIo): Promise<Chosen | InitResult> {
  const { found } = chosen
  const tried = chosen.keyEnv !== undefined
  const refused = refusal(found.report)
  if (!refused) return { ...chosen, ...(flags.keyEnv && { keyEnv: flags.keyEnv }) }
  if (flags.url === undefined && !ask && !isKnown(found.report) && found.endpoint.provider === undefined)
    return refuse(
      2,
      `A program at ${found.report.url} wants a key and does not say what it is. If it is your server: opencode-vllm init --url ${found.report.url} --key-env NAME`,
    )
  const keyEnv = tried ? undefined : (flags.keyEnv ?? (await ask?.keyEnv(serverName(found.report))))
  if (keyEnv === undefined && ask && !tried) return CANCELLED
  if (keyEnv === undefined)
    return refuse(
      2,
      found.report.hasKey
        ? `${refused.message} ${refused.fix}`
        : `${refused.message} Put the key into an environment variable and name that: opencode-vllm init --url ${found.report.url} --key-env NAME`,
    )
  const key = where.env[keyEnv]
  if (!key) return refuse(2, `The environment variable ${keyEnv} is not set.`)
  const again = await lookWell({ ...found.endpoint, key })
  const still = refusal(again.report)
  if (still) return refuse(2, `${still.message} ${still.fix}`)
  return { ...chosen, found: again, keyEnv }
}
