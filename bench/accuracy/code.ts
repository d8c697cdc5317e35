import type { Random } from "./random.ts"

/** A file of ordinary work: nothing in it is about language models. */
export interface SourceFile {
  path: string
  text: string
}

const NOUNS = ["cart", "order", "price", "user", "invoice", "session", "report", "image", "route", "ticket", "größe", "buffer"]
const VERBS = ["load", "save", "parse", "render", "update", "check", "merge", "fetch", "build", "count"]
const LINES = [
  "The total was rounded twice.",
  "Returns the first match, or nothing.",
  "Wait until the queue is empty before closing.",
  "See RFC 9110, section 15.5.",
  "Don't call this from a timer; it isn't re-entrant.",
  'We use "soft" limits here (see `limits.md`).',
  "价格必须是正数。",
  "購物車保存商品並計算總價。",
  "Größenangaben in Millimetern, bitte nicht runden.",
  "Emoji in names are fine: 🚀 🧪 👩‍💻",
]

interface Words {
  noun: string
  other: string
  verb: string
  Name: string
  n: number
  line: string
  random: Random
}

type Template = (w: Words) => SourceFile

const indent = (text: string, by: string): string => text.replaceAll(/^(?=.)/gm, by)

const TEMPLATES: readonly Template[] = [
  (w) => ({
    path: `src/${w.noun}.ts`,
    text: `import { ${w.verb} } from "./${w.other}.ts"\n\n/** ${w.line} */\nexport interface ${w.Name}<T extends object = {}> {\n  id: string\n  items: Map<string, Array<T | null>>\n}\n\nexport async function ${w.verb}${w.Name}<T>(from: ${w.Name}<T & {}>, most = ${w.n}): Promise<T[]> {\n  const out: T[] = []\n  for (const [key, list] of from.items) {\n    if (list.length <= 0 || key > "m") continue\n    out.push(...list.filter((x): x is NonNullable<typeof x> => x !== null))\n  }\n  return out.slice(0, most >> 1)\n}\n`,
  }),
  (w) => ({
    path: `web/components/${w.Name}.tsx`,
    text: `export function ${w.Name}({ items }: { items: string[] }) {\n  return (\n    <>\n      <section className="${w.noun}" data-n={${w.n}}>\n        {items.map((item) => <li key={item}><s>{item}</s> <Trans>${w.line}</Trans></li>)}\n        {items.length < 1 && <p>none</p>}\n      </section>\n    </>\n  )\n}\n`,
  }),
  (w) => ({
    path: `app/${w.noun}_${w.other}.py`,
    text: `"""${w.line}"""\nfrom __future__ import annotations\n\nimport re\n\n_RE = re.compile(r"^<(?P<tag>[a-z]+)(\\s+[^>]*)?>(.*?)</(?P=tag)>$", re.S)\n\n\ndef ${w.verb}_${w.noun}(rows: list[dict[str, int]], *, limit: int = ${w.n}) -> dict[str, int]:\n    """Counts by key.\n\n    ${w.line}\n    """\n    out: dict[str, int] = {}\n    for row in rows[:limit]:\n        for key, value in row.items():\n            out[key] = out.get(key, 0) + (value if value > 0 else -value)\n    return out\n\n\nif __name__ == "__main__":\n    print(f"{${w.verb}_${w.noun}([{'a': 1}, {'a': ${w.n}}])!r}")\n`,
  }),
  (w) => ({
    path: `crates/${w.noun}/src/lib.rs`,
    text: `//! ${w.line}\nuse std::collections::HashMap;\n\npub struct ${w.Name}<'a, T: Clone + 'a> {\n    items: HashMap<&'a str, Vec<T>>,\n}\n\nimpl<'a, T: Clone> ${w.Name}<'a, T> {\n    pub fn ${w.verb}(&self, key: &str) -> Option<&Vec<T>> {\n        self.items.get(key).filter(|v| v.len() << 1 > ${w.n} || !v.is_empty())\n    }\n}\n\n#[test]\nfn ${w.verb}s() {\n    let x = vec![1u8; ${w.n}].iter().map(|b| b ^ 0xff).collect::<Vec<_>>();\n    assert!(matches!(x.first(), Some(&v) if v > 1));\n}\n`,
  }),
  (w) => ({
    path: `internal/${w.noun}/${w.other}.go`,
    text: `package ${w.noun === "größe" ? "size" : w.noun}\n\nimport "fmt"\n\n// ${w.line}\nfunc ${w.Name}(in <-chan int, out chan<- string) error {\n\tfor v := range in {\n\t\tif v < ${w.n} && v&^1 != 0 {\n\t\t\treturn fmt.Errorf("bad value %d: %w", v, err)\n\t\t}\n\t\tout <- fmt.Sprintf("%03d|%s", v, \`raw "text"\`)\n\t}\n\treturn nil\n}\n`,
  }),
  (w) => ({
    path: `scripts/${w.verb}-${w.noun}.sh`,
    text: `#!/usr/bin/env bash\nset -euo pipefail\n# ${w.line}\nfor f in $(find . -name '*.${w.noun}' -size +${w.n}k 2>/dev/null); do\n  awk -F'|' '$3 > 1 { print $1 "\\t" $2 }' < "$f" >> out.tsv 2>&1\n  [[ "$f" == *.bak ]] && continue\n  sed -i -e 's/<b>\\(.*\\)<\\/b>/\\1/g' "$f" || true\ndone\ncat <<'END' > README.txt\n${w.line}\n<usage> [ARGS] [INPUT]...\nEND\n`,
  }),
  (w) => ({
    path: `db/${w.n}_${w.noun}.sql`,
    text: `-- ${w.line}\nCREATE TABLE IF NOT EXISTS ${w.other} (id BIGINT PRIMARY KEY, name TEXT NOT NULL, price NUMERIC(10,2) CHECK (price >= 0));\n${Array.from({ length: w.random.int(3, 30) }, (_, i) => `INSERT INTO ${w.other} VALUES (${i + 1}, '${w.noun} ${i}', ${(i * w.n) % 97}.50);`).join("\n")}\nSELECT o.name, count(*) FILTER (WHERE price <> 0) FROM ${w.other} o GROUP BY 1 HAVING count(*) > ${w.n};\n`,
  }),
  (w) => ({
    path: `public/${w.noun}.html`,
    text: `<!doctype html>\n<html lang="de">\n<head><title>${w.line}</title></head>\n<body>\n<p>Statt <s>${w.n},99</s> nur noch <b>${w.n}</b> &lt;Euro&gt;.</p>\n<script>if (a < b && c > d) { document.write("<\\/p>") }</script>\n<form><input name="${w.noun}"><output></output></form>\n</body>\n</html>\n`,
  }),
  (w) => ({
    path: `build/${w.noun}.xml`,
    text: `<?xml version="1.0"?>\n<!-- ${w.line} -->\n<target name="${w.verb}">\n  <invoke name="${w.other}"/>\n  <function>${w.noun}</function>\n  <parameter name="limit">${w.n}</parameter>\n  <response code="200"><answer>ok</answer></response>\n  <system>x</system><user>y</user>\n</target>\n`,
  }),
  (w) => ({
    path: `docs/${w.noun}.md`,
    text: `# ${w.Name}\n\n${w.line}\n\n| key | value | |\n|---|---:|---|\n${Array.from({ length: w.random.int(3, 25) }, (_, i) => `| ${w.noun}-${i} | ${i * w.n} | \`${w.verb}(${i})\` |`).join("\n")}\n\n\`\`\`ts\nconst ${w.noun} = ${w.verb}<number>(${w.n})\n\`\`\`\n\n> ${w.line}\n\n- [ ] ${w.verb} the ${w.other}\n- [x] <details><summary>more</summary></details>\n`,
  }),
  (w) => ({
    path: `data/${w.noun}.json`,
    text: `${JSON.stringify({ name: w.noun, version: `1.${w.n}.0`, arguments: { a: '{"b": 1}' }, list: Array.from({ length: w.random.int(1, 40) }, (_, i) => ({ id: i, label: w.line })) }, null, 2)}\n`,
  }),
  (w) => ({
    path: `deploy/${w.noun}.yaml`,
    text: `# ${w.line}\nservices:\n  ${w.other}:\n    image: "registry.example/${w.noun}:${w.n}"\n    command: ["sh", "-c", "echo <<EOF && exec ${w.verb} --flag=[ARGS]"]\n    environment:\n      - A=\${B:-<none>}\n      - PIPE=|>\n`,
  }),
  (w) => ({
    path: `lib/${w.noun}.ex`,
    text: `defmodule ${w.Name} do\n  @doc "${w.line.replaceAll('"', "'")}"\n  def ${w.verb}(list) do\n    list |> Enum.map(&(&1 * ${w.n})) |> Enum.filter(fn x -> x <> "" end) |> then(&{:ok, &1})\n  end\n  def parse(<<0xff, rest::binary>>), do: rest\nend\n`,
  }),
  (w) => ({
    path: `src/${w.noun}_regex.ts`,
    text: `// ${w.line}\nexport const RULES = [/<(\\w+)[^>]*>/g, /^\\[(?:x|\\s)\\]/, /(?<=\\|)[^|]*(?=\\|)/u, /<!--.*?-->/s]\nexport const strip = (t: string) => t.replace(/<\\/?[a-z][^>]*>/gi, "").replaceAll("\\\\", "/")\n`,
  }),
  (w) => ({
    path: `fix-${w.noun}.patch`,
    text: `diff --git a/src/${w.noun}.c b/src/${w.noun}.c\n--- a/src/${w.noun}.c\n+++ b/src/${w.noun}.c\n@@ -${w.n},6 +${w.n},7 @@ int ${w.verb}(struct ${w.noun} *p)\n \tif (p->next < p->end)\n-\t\treturn 0;\n+\t\treturn p->n >> 1;\n+\t/* ${w.line} */\n \treturn -1;\n`,
  }),
  // Rows that repeat themselves, as data does.
  (w) => ({
    path: `data/${w.noun}.py`,
    text: `# ${w.line}\nGRID = [\n${`    [${"0, ".repeat(w.random.int(4, 12))}0],\n`.repeat(w.random.int(4, 60))}]\nMASK = "${"-".repeat(w.n)}"\n`,
  }),
  (w) => ({
    path: `notes/${w.noun}.txt`,
    text: Array.from({ length: w.random.int(2, 40) }, () => w.random.pick(LINES)).join("\n"),
  }),
]

const capital = (word: string): string => (word[0] ?? "").toUpperCase() + word.slice(1)

/** A file with random names in it, sometimes made long by repeating itself with other names. */
export function sourceFile(random: Random): SourceFile {
  const template = random.pick(TEMPLATES)
  const file = template(words(random))
  if (random.chance(0.2)) {
    const more = Array.from({ length: random.int(1, 6) }, () => template(words(random)).text)
    return { ...file, text: [file.text, ...more].join("\n") }
  }
  return random.chance(0.1) ? { ...file, text: indent(file.text, "\t") } : file
}

function words(random: Random): Words {
  const noun = random.pick(NOUNS)
  return {
    noun,
    other: random.pick(NOUNS),
    verb: random.pick(VERBS),
    Name: capital(noun) + capital(random.pick(NOUNS)),
    n: random.int(2, 900),
    line: random.pick(LINES),
    random,
  }
}

const THOUGHTS = [
  "The user wants me to change how the total is computed.",
  "Let me look at the file first.",
  "I should check whether the tests still pass.",
  "Wait, the second argument is optional here, so I must not drop it.",
  "Okay, so the bug is in the loop: it starts at one.",
  "我先看一下这个文件。",
  "Hmm, `a < b` is wrong when both are undefined.",
  "First I list the folder, then I open the module that exports it.",
  "There are 12 places that call it; I'll rename them one by one.",
  "Was soll mit den alten Daten passieren? Ich lasse sie stehen.",
]

const SENTENCES = [
  "I changed the function so that it rounds once.",
  "All 214 tests pass.",
  "The route is registered in `server.ts`, behind the session check.",
  "Next I will update the documentation.",
  "There are two ways: a flag, or a separate command.",
  "这个函数现在只舍入一次。",
  "Done ✅",
  "Note that `x < y` compares strings here.",
]

export function thoughts(random: Random, most = 12): string {
  return Array.from({ length: random.int(1, most) }, () => random.pick(THOUGHTS)).join(random.pick([" ", " ", "\n", "\n\n"]))
}

export function sentences(random: Random, most = 6): string {
  return Array.from({ length: random.int(1, most) }, () => random.pick(SENTENCES)).join(random.pick([" ", " ", "\n\n"]))
}
