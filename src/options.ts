/**
 * The plugin's options: the one place where they are defined. Types, defaults, the JSON schema and the table in the README
 * all come from this schema.
 */
import { z } from "zod"

const providerIds = z.array(z.string())

export const OptionsSchema = z.strictObject({
  include: providerIds
    .default([])
    .describe("Provider ids to watch although their address looks like a hosted service, or their adapter is another one."),
  exclude: providerIds.default([]).describe("Provider ids to leave alone. Wins over `include`."),
  health: z
    .boolean()
    .default(true)
    .describe("Check the watched servers in the background when OpenCode starts and when a session is created."),
  inspect: z.boolean().default(true).describe("Look into every streamed answer of a watched server."),
  toasts: z.boolean().default(true).describe("Show notices as toasts in the terminal interface, besides the line in the session."),
  toolLine: z
    .boolean()
    .default(true)
    .describe("Put one line in front of a tool's output when the server corrupted the arguments of that call."),
  leakedArguments: z
    .enum(["warn", "block"])
    .default("warn")
    .describe("`block` refuses to run a tool call whose arguments are certain to contain leaked reasoning; the model is told to repeat it."),
  quiet: z.array(z.string()).default([]).describe("Finding kinds never to warn about, for example `usage-missing`."),
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
  const parsed = OptionsSchema.safeParse(raw ?? {})
  if (parsed.success) return { options: parsed.data, problems: [] }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    return { options: OptionsSchema.parse({}), problems: ["The plugin's options must be an object; defaults are used."] }
  }
  const wrong = new Set<string>()
  const problems: string[] = []
  for (const issue of parsed.error.issues) {
    const keys = issue.code === "unrecognized_keys" ? issue.keys : [String(issue.path[0])]
    for (const key of keys) wrong.add(key)
    const path = issue.code === "unrecognized_keys" ? keys.join("`, `") : issue.path.join(".")
    const why = issue.code === "unrecognized_keys" ? "is not an option" : issue.message.replace(/^Invalid (input|option): /, "")
    problems.push(`Option \`${path}\` ${issue.code === "unrecognized_keys" ? why : `is not valid (${why})`}; the default is used.`)
  }
  const kept = Object.fromEntries(Object.entries(raw).filter(([key]) => !wrong.has(key)))
  return { options: OptionsSchema.parse(kept), problems }
}

/** The options as a markdown table: name, values, default, meaning. */
export function optionsTable(): string {
  const schema = z.toJSONSchema(OptionsSchema, { io: "input" }) as {
    properties: Record<string, { type?: string; enum?: string[]; default?: unknown; description?: string }>
  }
  const rows = Object.entries(schema.properties).map(([name, p]) => {
    const values = p.enum ? p.enum.map((v) => `\`"${v}"\``).join(" or ") : p.type === "array" ? "list of strings" : `${p.type}`
    return `| \`${name}\` | ${values} | \`${JSON.stringify(p.default)}\` | ${p.description} |`
  })
  return ["| option | values | default | meaning |", "|---|---|---|---|", ...rows].join("\n")
}
