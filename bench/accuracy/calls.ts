import { type SourceFile, sentences, sourceFile } from "./code.ts"
import type { Random } from "./random.ts"

/** A call as the model means it. */
export interface MeantCall {
  name: string
  args: Record<string, unknown>
}

const ROOT = "/home/dev/shop"
const COMMANDS = [
  "npm test -- --run src/cart.test.ts 2>&1 | tail -40",
  "git status --short && git diff --stat",
  "ls -la src/ | head -n 20",
  'rg -n "computeTotal\\(" --type ts -A 2',
  "find . -name '*.py' -not -path './.venv/*' | xargs wc -l",
  "docker compose up -d && docker compose logs -f --tail=50 api",
  "curl -sS -X POST http://localhost:3000/api/orders -H 'content-type: application/json' -d '{\"id\": 7, \"items\": [\"a\"]}' | jq '.items[] | select(. != null)'",
  "python - <<'PY'\nimport json, sys\nprint(json.dumps({'a': [1, 2, 3]}))\nPY",
  'for i in $(seq 1 10); do echo "$i: $((i * i))"; done > squares.txt < /dev/null',
  "awk -F'\\t' '$2 > 10 { print $1 }' data.tsv | sort | uniq -c | sort -rn",
  'git commit -m "Round the total once\n\nIt was rounded per item before. Fixes #214."',
  "psql -c \"select '<b>' || name || '</b>' from items where price <> 0\"",
  "cargo test --workspace -- --nocapture && cargo clippy -- -D warnings",
  "echo '购物车' | iconv -t gbk | xxd",
  "sed -n '1,120p' internal/order/price.go",
]
const GLOBS = ["**/*.ts", "src/**/*.{ts,tsx}", "**/test_*.py", "*.md", "{src,test}/**/!(*.d).ts", "app/[slug]/page.tsx"]
const PATTERNS = [
  "function\\s+\\w+\\(",
  "TODO|FIXME",
  "import .* from ['\"]react['\"]",
  "<[A-Z]\\w+",
  "^class (\\w+)",
  "console\\.log\\(",
  "价格",
  "\\|\\|=",
]
const TODOS = [
  "Read the cart module",
  "Fix rounding of the total",
  "Add a test for `a < b`",
  "Update docs (README, CHANGELOG)",
  "处理空购物车",
  "Ask whether <s> may go",
  "Run the whole suite",
]
const TASKS = [
  "Find every place that computes a total and list file and line. Do not change anything.",
  "Look at the failing test in src/cart.test.ts. Report the cause in two sentences.",
  "Search the web for the current API of the payment provider, then summarise:\n1. endpoints\n2. auth\n3. limits",
]
const SKILLS = ["review", "release-notes", "pdf"]

/** Tools of MCP servers, with the names that such servers have. */
export const MCP_TOOLS: readonly object[] = [
  ["context7.get-library-docs", { libraryId: { type: "string" }, tokens: { type: "integer" } }, ["libraryId"]],
  ["github/search_code", { query: { type: "string" }, per_page: { type: "integer" } }, ["query"]],
  ["playwright:browser_snapshot", {}, []],
  ["time_now", {}, []],
  [
    "db.query",
    { sql: { type: "string" }, params: { type: "array", items: { type: "string" } }, config: { type: "object" } },
    ["sql"],
  ],
].map(([name, properties, required]) => ({
  type: "function",
  function: { name, description: "A tool of an MCP server", parameters: { type: "object", properties, required } },
}))

const MCP_CALLS: readonly ((random: Random) => MeantCall)[] = [
  () => ({ name: "context7.get-library-docs", args: { libraryId: "/remix-run/react-router", tokens: 4000 } }),
  () => ({ name: "github/search_code", args: { query: 'repo:acme/shop "computeTotal" language:ts' } }),
  () => ({ name: "playwright:browser_snapshot", args: {} }),
  () => ({ name: "time_now", args: {} }),
  (random) => ({
    name: "db.query",
    args: {
      sql: "select * from orders where price > $1 and note <> '<none>'",
      params: ["7"],
      config: { timeout: random.int(1, 9) },
    },
  }),
]

const path = (file: SourceFile): string => `${ROOT}/${file.path}`

/** Some lines in a row of a text. */
export function someLines(random: Random, text: string, most = 14): string {
  const lines = text.split("\n")
  const from = random.int(0, Math.max(0, lines.length - 2))
  return lines.slice(from, from + random.int(1, most)).join("\n") || (lines[0] ?? "")
}

const MAKERS: readonly ((random: Random) => MeantCall)[] = [
  (random) => ({
    name: "bash",
    args: {
      command: random.pick(COMMANDS),
      ...(random.chance(0.3) ? { timeout: random.pick([30_000, 120_000]) } : {}),
      ...(random.chance(0.2) ? { workdir: `${ROOT}/packages/web` } : {}),
    },
  }),
  (random) => ({ name: "bash", args: { command: heredoc(random) } }),
  (random) => {
    const file = sourceFile(random)
    const oldString = someLines(random, file.text)
    return {
      name: "edit",
      args: {
        filePath: path(file),
        oldString,
        newString: `${oldString.replace(/\w+/, "changed")}\n${someLines(random, file.text)}`,
        ...(random.chance(0.2) ? { replaceAll: random.chance(0.5) } : {}),
      },
    }
  },
  (random) => ({ name: "glob", args: { pattern: random.pick(GLOBS), ...(random.chance(0.3) ? { path: ROOT } : {}) } }),
  (random) => ({
    name: "grep",
    args: { pattern: random.pick(PATTERNS), ...(random.chance(0.5) ? { path: `${ROOT}/src`, include: "*.{ts,tsx}" } : {}) },
  }),
  (random) => ({
    name: "read",
    args: { filePath: path(sourceFile(random)), ...(random.chance(0.3) ? { offset: random.int(0, 900), limit: 200 } : {}) },
  }),
  (random) => ({ name: "skill", args: { name: random.pick(SKILLS) } }),
  (random) => ({
    name: "task",
    args: {
      description: "Look into the totals",
      prompt: `${random.pick(TASKS)} ${sentences(random, 3)}`,
      subagent_type: random.pick(["general", "explore"]),
    },
  }),
  (random) => ({
    name: "todowrite",
    args: {
      todos: random.some(TODOS, random.int(1, 6)).map((content) => ({
        content,
        status: random.pick(["pending", "in_progress", "completed"]),
        priority: random.pick(["high", "medium", "low"]),
      })),
    },
  }),
  (random) => ({
    name: "webfetch",
    args: {
      url: `https://example.org/docs/${random.int(1, 99)}?a=1&b=%3Cx%3E#top`,
      ...(random.chance(0.6) ? { format: random.pick(["text", "markdown", "html"]) } : {}),
    },
  }),
  writeCall,
  writeCall,
]

function writeCall(random: Random): MeantCall {
  const file = sourceFile(random)
  const args = { filePath: path(file), content: file.text }
  return { name: "write", args: random.chance(0.5) ? args : { content: args.content, filePath: args.filePath } }
}

function heredoc(random: Random): string {
  const file = sourceFile(random)
  return `mkdir -p out && cat > out/${file.path.replaceAll("/", "-")} <<'EOF'\n${file.text}\nEOF`
}

export function randomCall(random: Random, mcp = false): MeantCall {
  return mcp && random.chance(0.3) ? random.pick(MCP_CALLS)(random) : random.pick(MAKERS)(random)
}

/** A call of one tool out of a list. */
export function callOf(random: Random, ...names: readonly string[]): MeantCall {
  for (;;) {
    const call = randomCall(random)
    if (names.includes(call.name)) return call
  }
}

/** JSON as different servers print it: with Python's blanks, with everything escaped, or tight. */
export function printArguments(random: Random, args: object): string {
  const style = random.int(0, 9)
  if (style < 4) return JSON.stringify(args)
  if (style === 9) return JSON.stringify(args, null, 2)
  const spaced = spacedJson(args)
  return style < 7 ? spaced : spaced.replaceAll(/[^\x00-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)
}

function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(", ")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${spacedJson(inner)}`)
  return `{${entries.join(", ")}}`
}
