/** The table of all causes as a page: what goes wrong, what a check says of it, and the cure. */
import { CAUSES, type Outcome, outcomesOf } from "./run.ts"

const HEAD = `# Causes

What can be wrong with a server of your own or the way to it, and what \`opencode-vllm check\` says of it. Every row is made on a real
socket by the tests, and the sentences are what the check said; \`gpu:8000\` stands for the address of the server. This page is
written by \`npm run causes\`.
`

/** What differs from run to run, and addresses of this machine. */
const steady = (text: string) =>
  text
    .replace(/(?:127\.0\.0\.1|\[::1\]):\d+/g, "gpu:8000")
    .replace(/waited [\d.]+ s/g, "waited 2.9 s")
    .replace(/\b\d+ ms\b/g, "20 ms")

const cell = (text: string) => steady(text).replaceAll("|", "\\|").replaceAll("<", "&lt;")

function rows(does: string, outcome: Outcome | undefined): string[] {
  if (!outcome) return []
  if (outcome.found.length === 0) return [`| ${does} | | nothing | |`]
  return outcome.found.map(
    ({ id, code, message, fix }, i) => `| ${i === 0 ? does : ""} | \`${id}\` \`${code}\` | ${cell(message)} | ${cell(fix)} |`,
  )
}

export type Outcomes = ReadonlyMap<object, Outcome | undefined>

/** Makes every cause. */
export async function allOutcomes(certificates: string): Promise<Outcomes> {
  const causes = Object.values(CAUSES).flat()
  const outcomes = await outcomesOf(causes, certificates)
  return new Map(causes.map((cause, i) => [cause, outcomes[i]] as const))
}

export function causesPage(outcomes: Outcomes): string {
  const sections = Object.entries(CAUSES).map(([title, causes]) => {
    const table = causes.flatMap((cause) => rows(cause.does, outcomes.get(cause)))
    return [`## ${title}\n`, "| the server … | check and code | what it says | cure |", "|---|---|---|---|", ...table].join("\n")
  })
  return `${[HEAD, ...sections].join("\n\n").replaceAll(/\n{3,}/g, "\n\n")}\n`
}
