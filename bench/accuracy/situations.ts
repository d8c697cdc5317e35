import type { MeantCall } from "./calls.ts"
import { sentences, thoughts } from "./code.ts"
import type { Quotation } from "./quotations.ts"
import type { Random } from "./random.ts"

/** One thing that people do who work on LLM parsers: what the model says or calls. */
export interface Situation {
  name: string
  /** Possible only where the file was read before. */
  needsFile?: boolean
  makes(random: Random, quote: Quotation): { call?: MeantCall; content?: string; reasoning?: string }
}

const NEUTRAL = ["src/handler.py", "lib/stream.ts", "app/core.py", "pkg/state.ts", "server/loop.py"]

const bash = (command: string): { call: MeantCall } => ({ call: { name: "bash", args: { command } } })
const home = (path: string): string => `/home/dev/work/${path}`
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

function diffOf(random: Random, { file, lines }: Quotation): string {
  const body = lines.map((line) => random.pick(["+", "-", " ", " "]) + line).join("\n")
  return `--- a/${file.path}\n+++ b/${file.path}\n@@ -${random.int(1, 400)},${lines.length} +${random.int(1, 400)},${lines.length} @@\n${body}\n`
}

/** Real source text of parsers, written, edited, searched and spoken of. */
export const SITUATIONS: readonly Situation[] = [
  {
    name: "a parser is written",
    makes: (random, { file, whole }) => ({
      call: { name: "write", args: { filePath: home(random.chance(0.3) ? random.pick(NEUTRAL) : file.path), content: whole } },
    }),
  },
  {
    name: "a part of a parser is written",
    makes: (random, { file, part }) => ({
      call: {
        name: "write",
        args: { content: part, filePath: home(random.chance(0.3) ? random.pick(NEUTRAL) : file.path) },
      },
    }),
  },
  {
    name: "a parser is edited",
    needsFile: true,
    makes: (random, { file, lines, other }) => ({
      call: {
        name: "edit",
        args: {
          filePath: home(file.path),
          oldString: lines.join("\n"),
          newString: [...lines.slice(0, random.int(0, lines.length)), ...other].join("\n"),
        },
      },
    }),
  },
  {
    name: "code is added to a parser",
    makes: (_, { file, lines }) => ({
      call: {
        name: "edit",
        args: { filePath: home(file.path), oldString: "import re", newString: `import re\n\n${lines.join("\n")}` },
      },
    }),
  },
  {
    name: "grep for a delimiter",
    makes: (_, { literal }) => ({
      call: { name: "grep", args: { pattern: literal.replaceAll(/[|[\]()+*?.]/g, "\\$&"), include: "*.py" } },
    }),
  },
  {
    name: "grep for two delimiters",
    makes: (_, { literal, second }) => ({
      call: { name: "grep", args: { pattern: `${literal}|${second}`, path: "/home/dev/work" } },
    }),
  },
  {
    name: "search in a shell",
    makes: (random, { literal, file }) =>
      bash(
        random.pick([
          `grep -rn ${quoted(literal)} . | head -50`,
          `rg -n --fixed-strings ${JSON.stringify(literal)} ${file.path}`,
          `git grep -F ${quoted(literal)}`,
          `grep -c -- ${quoted(literal)} ${file.path} || echo none`,
          `rg -l -e ${quoted(literal)}`,
          `git log -S ${quoted(literal)} --oneline`,
        ]),
      ),
  },
  {
    name: "a replacement in a shell",
    makes: (random, { literal, second, file }) =>
      bash(
        random.pick([
          `sed -i ${quoted(`s#${literal}#${second}#g`)} ${file.path}`,
          `python3 -c ${quoted(`print(open("${file.path}").read().count("${literal}"))`)}`,
          `echo ${quoted(`${literal}hi${second}`)} | node dist/cli.js`,
          `printf '%s\\n' ${quoted(literal)} ${quoted(second)} > /tmp/x`,
          `perl -0pi -e ${quoted(`s{${literal}.*?${second}}{}gs`)} ${file.path}`,
        ]),
      ),
  },
  {
    name: "a parser in a here-document",
    makes: (_, { lines, file }) => bash(`cat > ${file.path} <<'EOF'\n${lines.join("\n")}\nEOF`),
  },
  {
    name: "a program in a here-document",
    makes: (_, { literal, second }) =>
      bash(`python3 - <<'PY'\ntext = "a${literal}b"\nprint(text.split("${literal}"), text.find('${second}'))\nPY`),
  },
  {
    name: "a request to a local server",
    makes: (_, { literal, second }) =>
      bash(
        `curl -s localhost:8000/v1/completions -H 'content-type: application/json' -d ${quoted(JSON.stringify({ model: "m", prompt: `${literal}\nhi\n${second}` }))}`,
      ),
  },
  { name: "a patch is applied", makes: (random, quote) => bash(`git apply <<'EOF'\n${diffOf(random, quote)}EOF`) },
  {
    name: "a patch is written",
    makes: (random, quote) => ({
      call: { name: "write", args: { filePath: home("fix.patch"), content: diffOf(random, quote) } },
    }),
  },
  {
    name: "a commit message",
    makes: (random, { literal, second }) => {
      const subject = random.pick([
        `hold back ${literal} at chunk edges`,
        `strip ${literal} from tool output`,
        `parser: ${literal} and ${second} may share a delta`,
      ])
      return bash(
        random.pick([
          `git commit -am "${subject}"`,
          `git commit -m '${subject}' -m 'It came after ${second}, see #214.'`,
          `git commit -F - <<'EOF'\n${subject}\n\nBefore, ${literal} ended the stream.\nEOF`,
        ]),
      )
    },
  },
  {
    name: "todos",
    makes: (random, { literal, second }) => ({
      call: {
        name: "todowrite",
        args: {
          todos: [
            `Handle ${literal} split over two chunks`,
            `Test: \`${second}\` without an opener`,
            `Strip ${literal}...${second} blocks`,
            "Run the tests",
          ].map((content) => ({
            content,
            status: random.pick(["pending", "completed"]),
            priority: "high",
          })),
        },
      },
    }),
  },
  {
    name: "a task for another agent",
    makes: (random, { file, lines, literal, second }) => ({
      call: {
        name: "task",
        args: {
          description: random.pick(["Find the parser", `Find ${literal} handling`]),
          prompt: random.pick([
            `Find every place that handles ${literal} in ${file.path}. Also look for ${second}. Report file and line.`,
            `Look at this code:\n\n\`\`\`\n${lines.join("\n")}\n\`\`\`\n\nWhat happens when \`${literal}\` never comes?`,
            `The user sees "${literal}" in the chat. I think that the reasoning parser is missing. Check whether ${second} is treated the same way.`,
          ]),
          subagent_type: "general",
        },
      },
    }),
  },
  {
    name: "code quoted in an answer",
    makes: (random, { lines }) => ({
      content: `${sentences(random, 2)}\n\n\`\`\`${random.pick(["py", "ts", ""])}\n${lines.join("\n")}\n\`\`\`\n\n${random.pick(["", sentences(random, 2)])}`,
    }),
  },
  {
    name: "a diff in an answer",
    makes: (random, quote) => ({ content: `${sentences(random, 1)}\n\n\`\`\`diff\n${diffOf(random, quote)}\`\`\`\n` }),
  },
  {
    name: "delimiters named in an answer",
    makes: (random, { literal, second }) => ({
      content: random.pick([
        `The parser ends reasoning at \`${literal}\`; \`${second}\` begins a call.`,
        `- \`${literal}\`: closes the block\n- \`${second}\`: opens the next one\n\nBoth are single tokens.`,
        `It looks for ${literal} and ${second} in the raw text, then it cuts.`,
        `| token | role |\n|---|---|\n| \`${literal}\` | end |\n| \`${second}\` | begin |\n`,
        `Your server sends "${literal}" as text, because no parser is configured. ${sentences(random, 1)}`,
        `The test feeds \`a${literal}b\` byte by byte and expects \`${second}\` to stay.`,
      ]),
    }),
  },
  {
    name: "delimiters thought about, then an answer",
    makes: (random, { literal, second, lines }) => ({
      reasoning: `${thoughts(random, 3)}\nThe parser sees ${literal} before ${second}, so this code is wrong:\n${lines.join("\n")}\n${thoughts(random, 2)}`,
      content: sentences(random),
    }),
  },
  {
    name: "delimiters thought about, then a call",
    makes: (random, { literal, second, file }) => ({
      reasoning: `${thoughts(random, 3)} What if ${literal} comes without ${second}? I'll read the file.`,
      call: { name: "read", args: { filePath: home(file.path) } },
    }),
  },
  {
    name: "a test named after a delimiter",
    makes: (_, { literal }) => bash(`bun test -t ${quoted(`keeps ${literal} in a string`)} 2>&1 | tail -5`),
  },
  {
    name: "a label that ends in a delimiter",
    makes: (random, { literal, second }) => ({
      call: {
        name: "bash",
        args: {
          command: "pytest -q",
          description: random.pick([`Run the tests for ${literal}`, `Find ${second}`, `Remove ${literal}...${second}`]),
        },
      },
    }),
  },
  {
    name: "a pull request that shows a delimiter",
    makes: (_, { literal, second }) =>
      bash(`gh pr create --title "Strip ${literal}" --body "Before:\n\n${literal}\n\nAfter it came ${second}."`),
  },
  {
    name: "an edit to a delimiter and nothing else",
    makes: (random, { literal, second }) => ({
      call: { name: "edit", args: { filePath: home(random.pick(NEUTRAL)), oldString: second, newString: literal } },
    }),
  },
  {
    name: "a setting that names a delimiter",
    makes: (random, { literal, second }) => ({
      call: {
        name: "write",
        args: {
          filePath: home(random.pick([".env", "stop", "deploy/vocab"])),
          content: `START=${second}\nSTOP=${literal}${random.pick(["", "\n"])}`,
        },
      },
    }),
  },
  {
    name: "comments that end in a delimiter",
    makes: (random, { literal, second }) => ({
      call: {
        name: "write",
        args: { filePath: home(random.pick(NEUTRAL)), content: `// begins at ${second}\nconst x = 1\n// and ends at ${literal}` },
      },
    }),
  },
  {
    name: "a fragment of a parser that begins and ends anywhere",
    makes: (random, { file }) => {
      const from = random.int(0, Math.max(0, file.text.length - 400))
      const content = file.text.slice(from, from + random.int(40, 1200))
      return { call: { name: "edit", args: { filePath: home(file.path), oldString: "pass", newString: content } } }
    },
  },
  {
    name: "a delimiter is the subject of a sentence",
    makes: (random, { literal, second }) => ({
      content: random.pick([
        `${literal} ends the block, ${second} begins it.`,
        `Two tokens matter:\n\n* **${literal}** ends it\n* **${second}** begins it\n`,
        `The closing token of this family is ${literal}`,
      ]),
    }),
  },
]
