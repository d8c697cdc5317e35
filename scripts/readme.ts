/** Writes the generated part of README.md: the table of options comes from their schema. */
import { readFileSync, writeFileSync } from "node:fs"
import * as z from "zod/mini"
import { OptionsSchema } from "../src/options.ts"

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

if (import.meta.main) {
  const file = new URL("../README.md", import.meta.url)
  const text = readFileSync(file, "utf8")
  const next = text.replace(
    /(<!-- options -->\n)[\s\S]*?(\n<!-- \/options -->)/,
    (_, open: string, close: string) => `${open}${optionsTable()}${close}`,
  )
  if (next !== text) writeFileSync(file, next)
}
