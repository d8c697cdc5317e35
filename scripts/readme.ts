/** Writes the generated part of README.md: the table of options comes from their schema. */
import { readFileSync, writeFileSync } from "node:fs"
import * as z from "zod/mini"
import { OptionsSchema } from "../src/options.ts"

interface Property {
  type?: string
  enum?: string[]
  anyOf?: Property[]
  default?: unknown
  description?: string
}

function valuesOf(p: Property): string {
  if (p.anyOf) return p.anyOf.map(valuesOf).join(", or ")
  if (p.enum) return p.enum.map((v) => `\`"${v}"\``).join(" or ")
  return p.type === "array" ? "list of strings" : p.type === "object" ? "object of these" : `${p.type}`
}

/** The options as a markdown table: name, values, default, meaning. */
export function optionsTable(): string {
  const schema = z.toJSONSchema(OptionsSchema, { io: "input" }) as {
    properties: Record<string, Property>
  }
  const rows = Object.entries(schema.properties).map(([name, p]) => {
    return `| \`${name}\` | ${valuesOf(p)} | \`${JSON.stringify(p.default)}\` | ${p.description} |`
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
