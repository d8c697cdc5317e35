/**
 * The plugin's options: the one place where they are defined. Types, checks and the table in the README come from this schema; the
 * defaults stand beside it as plain data (`options-defaults.ts`), so that a start without options needs no schema at all.
 */
import * as z from "zod/mini"
import { DEFAULTS } from "./options-defaults.ts"

const list = () => z.array(z.string())
const mode = () => z.enum(["auto", "always", "off"])
const text = (description: string) => z.describe(description)

export const OptionsSchema = z.strictObject({
  include: z
    ._default(list(), DEFAULTS.include)
    .check(text("Provider ids to watch although their address looks like a hosted service, or their adapter is another one.")),
  exclude: z._default(list(), DEFAULTS.exclude).check(text("Provider ids to leave alone. Wins over `include`.")),
  health: z
    ._default(z.boolean(), DEFAULTS.health)
    .check(text("Check the watched servers in the background when OpenCode starts and when a session is created.")),
  inspect: z._default(z.boolean(), DEFAULTS.inspect).check(text("Look into every streamed answer of a watched server.")),
  explain: z
    ._default(z.boolean(), DEFAULTS.explain)
    .check(
      text(
        "Answer a request that failed with what is wrong and the cure, at once, where OpenCode would repeat it silently for a minute; wait for a server that is loading.",
      ),
    ),
  discover: z
    ._default(z.boolean(), DEFAULTS.discover)
    .check(
      text(
        "Offer served models that the configuration does not name in OpenCode's model picker, with the limits that the server tells.",
      ),
    ),
  reload: z
    ._default(mode(), DEFAULTS.reload)
    .check(
      text(
        "Let a running OpenCode read its configuration again when a server has new models, which restarts what belongs to the directory. `auto`: under the terminal interface alone, once for each new model, ten minutes apart, while no session works, no question is open, and no terminal or MCP server runs. `always`: under `opencode serve` and `web` too, where event streams of other clients end with it. `off`: never. Without it new models are there at the next start.",
      ),
    ),
  toasts: z
    ._default(z.boolean(), DEFAULTS.toasts)
    .check(text("Show notices as toasts in the terminal interface, besides the line in the session.")),
  toolLine: z
    ._default(z.boolean(), DEFAULTS.toolLine)
    .check(text("Put one line in front of a tool's output when the server corrupted the arguments of that call.")),
  leakedArguments: z
    ._default(z.enum(["warn", "block"]), DEFAULTS.leakedArguments)
    .check(
      text(
        "`block` refuses to run a tool call whose arguments are certain to contain leaked reasoning; the model is told to repeat it.",
      ),
    ),
  rescue: z
    ._default(z.union([mode(), z.record(z.string(), mode())]), DEFAULTS.rescue)
    .check(
      text(
        'What to do where the server\'s tool parser is missing or wrong. `auto`: where the server refuses tools, read the model\'s own text here, so that the agent works; elsewhere warn and offer. `always`: also where calls were swallowed or left in the text, within the same turn; needs `inspect`. `off`: only say it. An object sets it by provider or model: `{ "local": "auto", "local/qwen3": "always" }`.',
      ),
    ),
  quiet: z._default(list(), DEFAULTS.quiet).check(text("Finding kinds never to warn about, for example `usage-missing`.")),
})

export type Options = z.infer<typeof OptionsSchema>

export interface ReadOptions {
  options: Options
  /** One sentence per wrong key, with its path. Empty when all is well. */
  problems: string[]
}

/**
 * Reads the options as written in the user's configuration. A wrong key never stops the plugin: it is named in one sentence, its
 * default is used, and every other key keeps what the user wrote.
 */
export function readOptions(raw: unknown): ReadOptions {
  const parsed = z.safeParse(OptionsSchema, raw ?? {})
  if (parsed.success) return { options: parsed.data, problems: [] }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    return { options: DEFAULTS, problems: ["The plugin's options must be an object; defaults are used."] }
  }
  const wrong = new Set<PropertyKey>()
  const problems = parsed.error.issues.map((issue) => {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) wrong.add(key)
      return `${issue.keys.map((k) => `\`${k}\``).join(", ")} ${issue.keys.length > 1 ? "are not options" : "is not an option"} and has no effect.`
    }
    if (issue.path[0] !== undefined) wrong.add(issue.path[0])
    return `Option \`${issue.path.map(String).join(".")}\` must be ${expected(issue)}; the default is used.`
  })
  const kept = Object.fromEntries(Object.entries(raw).filter(([key]) => !wrong.has(key)))
  return { options: z.parse(OptionsSchema, kept), problems }
}

function expected(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return issue.values.map((v) => JSON.stringify(v)).join(" or ")
  if (issue.code === "invalid_union") {
    const inner = issue.errors.flat().find((one) => one.code === "invalid_value")
    if (inner) return `${expected(inner)}, or an object with one of these for each provider or model`
  }
  if (issue.code === "invalid_type") return `${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`
  return "another value"
}
