import { nearNames } from "../../endpoint/checks/near.ts"
import { clean } from "../../endpoint/text.ts"
import { type JSONPath, object, positionOf, stringsIn, text } from "../json.ts"
import { placeIn } from "../load.ts"
import { envNames, fileReferences } from "../references.ts"
import { problemAt, provider, rawAt } from "./problem.ts"
import { literalKeys } from "./secrets.ts"
import type { LintContext, OwnProvider, Problem, Rule } from "./types.ts"

const envFor = (id: string) => `${id.toUpperCase().replace(/\W+/g, "_").replace(/^_|_$/g, "") || "LLM"}_API_KEY`

/** Keys written out in a file: they end up in backups and repositories. Told for every provider. */
export const literal: Rule = ({ loaded }) =>
  Object.entries(object(loaded.raw.provider)).flatMap(([id, block]) =>
    literalKeys(id, object(block)).map(({ path, value }) => {
      const scheme = /^(?:Bearer|Basic)\s+/i.exec(value)?.[0] ?? ""
      const reference = `${scheme}{env:${envFor(id)}}`
      return {
        ...problemAt(loaded, path, {
          code: "key-literal",
          rule: "key-literal",
          severity: "warn",
          message: `The key of the provider "${clean(id, 60)}" is written out in this file.`,
          fix: `Put it into an environment variable and write "${reference}", or store it with \`opencode auth login\`.`,
        }),
        // Not the line of the file: other secrets may stand in it.
        corrected: `${JSON.stringify(path.at(-1))}: ${JSON.stringify(reference)}`,
      }
    }),
  )

const isKeyPath = (path: JSONPath) => path.includes("apiKey") || path.includes("headers")

/** References to variables that are not set, in what a server of one's own needs. */
export const variables: Rule = ({ loaded, own }) =>
  own.flatMap(({ id, raw, report }) =>
    [...stringsIn(object(raw.options), provider(id, "options"))].flatMap(({ path, value }) =>
      envNames(value)
        .filter((name) => !loaded.where.env[name])
        .map((name) => {
          const ofKey = isKeyPath(path)
          const refused = report?.checks.some(({ code }) => code === "key-missing" || code === "unauthorized")
          return problemAt(loaded, path, {
            code: ofKey ? "key-missing" : "wrong-path",
            rule: "env-unset",
            severity: refused || path.includes("baseURL") ? "fail" : "warn",
            message: `The environment variable ${clean(name, 80)} is not set.`,
            fix: `Set ${clean(name, 80)} in the environment that OpenCode is started from.`,
          })
        }),
    ),
  )

/** References to files. OpenCode does not start when one is missing, wherever it stands. */
export const referredFiles: Rule = (context) => [...inValues(context), ...inComments(context)]

/** OpenCode fills in references before it knows what is a comment; only lines that begin with `//` are left out. */
function inComments({ loaded }: LintContext): Problem[] {
  return loaded.files.flatMap((file) => {
    const inValue = new Set(
      [...stringsIn(file.value)].flatMap(({ value }) => fileReferences(value, file.dir, "").map((one) => one.written)),
    )
    return fileReferences(file.text, file.dir, loaded.where.home).flatMap(({ written, path: target }): Problem[] => {
      const place = positionOf(file.text, file.text.indexOf(`{file:${written}}`))
      const { unreadable } = loaded.referred.get(target) ?? {}
      const commented = file.text.split("\n")[place.line - 1]?.trim().startsWith("//")
      if (inValue.has(written) || commented || !unreadable) return []
      return [
        {
          ...{ code: "key-missing", rule: "file-missing", severity: "fail", file: file.path, ...place },
          message: `The file ${clean(written, 120)} cannot be read (${unreadable}), and OpenCode looks for it in comments too: it does not start.`,
          fix: `Take the braces away, or put // in front of line ${place.line}.`,
        },
      ]
    })
  })
}

const inValues: Rule = ({ loaded }) =>
  loaded.files.flatMap((file) =>
    [...stringsIn(file.value)].flatMap(({ path, value }) =>
      fileReferences(value, file.dir, loaded.where.home).flatMap(({ written, path: target }): Problem[] => {
        const { unreadable, mode = 0 } = loaded.referred.get(target) ?? {}
        const place = placeIn(file, path)
        const name = clean(written, 120)
        if (unreadable)
          return [
            {
              ...{ code: "key-missing", rule: "file-missing", severity: "fail", ...place },
              message: `The file ${name} that is referred to here cannot be read (${unreadable}): OpenCode does not start.`,
              fix: `Create ${clean(target, 200)}, or correct the path; it is relative to the folder of this configuration.`,
            },
          ]
        const open = process.platform !== "win32" && (mode & 0o044) !== 0
        if (!open || !isKeyPath(path)) return []
        return [
          {
            ...{ code: "key-literal", rule: "key-file-open", severity: "warn", ...place },
            message: `The key file ${name} can be read by other users of this machine.`,
            fix: `Run: chmod 600 ${clean(target, 200)}`,
          },
        ]
      }),
    ),
  )

/** A key that was stored under an id that no provider has, while a server of one's own has none. */
export const strayKeys: Rule = (context) => {
  const { loaded, own, catalogue } = context
  const blocks = object(loaded.merged.provider)
  const strays = loaded.keys.ids.filter((id) => !(id in blocks) && !catalogue.has(id) && !/^https?:/.test(id))
  const keyless = own.filter(({ endpoint }) => endpoint.key === undefined && endpoint.headers === undefined)
  return strays.flatMap((stray) => {
    const meant = keyless.filter((one) => belongs(context, stray, one))
    const one = meant.length === 1 ? meant[0] : undefined
    return one ? [strayProblem(context, stray, one)] : []
  })
}

/** A stored key alone says nothing: it may be of a server that is configured elsewhere. */
function belongs({ loaded }: LintContext, stray: string, { id, report }: OwnProvider): boolean {
  if (report?.checks.some(({ id, status }) => id === "auth" && status === "pass")) return false
  if (report?.checks.some(({ code }) => code === "key-missing")) return true
  const named = [rawAt(loaded, ["model"]), rawAt(loaded, ["small_model"])].some((name) => text(name)?.startsWith(`${stray}/`))
  return named || nearNames(stray, [id]).length > 0
}

function strayProblem({ loaded }: LintContext, stray: string, { id, report }: OwnProvider): Problem {
  const refused = report?.checks.some(({ code }) => code === "key-missing")
  const named = text(rawAt(loaded, ["model"]))?.startsWith(`${stray}/`)
  return problemAt(loaded, provider(id), {
    code: "key-under-other-provider",
    rule: "key-under-other-provider",
    severity: refused || named ? "fail" : "warn",
    message: `A key is stored under "${clean(stray, 60)}", and the provider is named "${clean(id, 60)}": it is not used.`,
    fix: `Store the key under "${clean(id, 60)}" with \`opencode auth login\`, or name the provider "${clean(stray, 60)}".`,
  })
}
