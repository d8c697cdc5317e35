/** Writes the generated parts of README.md: the options table comes from the schema. */
import { readFileSync, writeFileSync } from "node:fs"
import { optionsTable } from "../src/options.ts"

const file = new URL("../README.md", import.meta.url)
const text = readFileSync(file, "utf8")
const next = text.replace(/(<!-- options -->\n)[\s\S]*?(\n<!-- \/options -->)/, (_, a, b) => `${a}${optionsTable()}${b}`)
if (next !== text) writeFileSync(file, next)
