/** Writes docs/causes.md: makes every cause and notes what a check says. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { allOutcomes, causesPage } from "../test/endpoint/causes/page.ts"
import { root } from "./host.ts"

mkdirSync(join(root, "docs"), { recursive: true })
const outcomes = await allOutcomes(join(root, "test/endpoint/certs"))
writeFileSync(join(root, "docs", "causes.md"), causesPage(outcomes))
