/**
 * What kind of thing a tool argument is, so that a rule knows how odd a reasoning delimiter looks inside it.
 *
 * The named fields are those of OpenCode's own tools (packages/opencode/src/tool); for any other tool the kind follows from the schema, the
 * name and, last, from nothing: then it is `prose`, the second most lenient kind.
 */

/**
 * - `identifier`: names, ids, enum values, numbers and booleans written as text
 * - `path`, `url`, `glob`: places
 * - `label`: one short line for people
 * - `command`: a shell command
 * - `pattern`: a search expression, which may well look for a delimiter
 * - `prose`: text for a person or another model
 * - `content`: what goes into a file, code above all
 */
export type FieldKind = "identifier" | "path" | "url" | "glob" | "label" | "command" | "pattern" | "prose" | "content"

/** Kinds in which a delimiter is absurd. */
export const STRICT_KINDS: ReadonlySet<FieldKind> = new Set<FieldKind>(["identifier", "path", "url", "glob"])

const TOOL_FIELDS: Readonly<Record<string, FieldKind>> = {
  "bash.command": "command",
  "bash.description": "label",
  "bash.workdir": "path",
  "read.filePath": "path",
  "write.filePath": "path",
  "write.content": "content",
  "edit.filePath": "path",
  "edit.oldString": "content",
  "edit.newString": "content",
  "multiedit.filePath": "path",
  "multiedit.edits.oldString": "content",
  "multiedit.edits.newString": "content",
  "patch.patchText": "content",
  "apply_patch.patchText": "content",
  "glob.pattern": "glob",
  "glob.path": "path",
  "grep.pattern": "pattern",
  "grep.path": "path",
  "grep.include": "glob",
  "list.path": "path",
  "lsp.filePath": "path",
  "webfetch.url": "url",
  "webfetch.format": "identifier",
  "websearch.query": "pattern",
  "codesearch.query": "pattern",
  "task.description": "label",
  "task.prompt": "prose",
  "task.subagent_type": "identifier",
  "task.task_id": "identifier",
  "task.command": "identifier",
  "skill.name": "identifier",
  "todowrite.todos.content": "label",
  "todowrite.todos.status": "identifier",
  "todowrite.todos.priority": "identifier",
  "todowrite.todos.id": "identifier",
  "question.questions.question": "prose",
  "question.questions.header": "label",
  "question.questions.options.label": "label",
  "question.questions.options.description": "prose",
}

const BY_NAME: readonly (readonly [RegExp, FieldKind])[] = [
  [/^(.*(content|contents|text|body|code|source|patch|diff|html|markdown|script|data))$/i, "content"],
  [/^(old|new)_?(string|str|text)$/i, "content"],
  [/(^|_)(prompt|message|instructions?|comment|notes?|summary|question|answer)$/i, "prose"],
  [/^(command|cmd|shell)$/i, "command"],
  [/(pattern|regex|regexp|query|search|expression|filter)$/i, "pattern"],
  [/(url|uri|href|link)$/i, "url"],
  [/(path|file|file_?name|dir|directory|folder|cwd|workdir|root)$/i, "path"],
  [/^(glob|include|exclude)$/i, "glob"],
  [/(description|title|label|header|heading|subject)$/i, "label"],
  [
    /(^|_)(id|name|type|kind|status|state|mode|format|priority|lang|language|branch|ref|sha|version|owner|repo)$|(Id|Name|Type)$/,
    "identifier",
  ],
]

/** The parts of a JSON schema that say what a field is. */
export interface FieldSchema {
  type?: unknown
  enum?: unknown
  const?: unknown
  format?: unknown
}

/**
 * Kind of one argument.
 *
 * @param tool name of the tool
 * @param path path of the argument without indices, parts joined by dots: `todos.content`
 * @param schema schema of that argument, if the request declared one
 */
export function fieldKind(tool: string, path: string, schema?: FieldSchema): FieldKind {
  if (schema && isClosed(schema)) return "identifier"
  const known = TOOL_FIELDS[`${tool.toLowerCase()}.${path}`]
  if (known) return known
  const last = path.slice(path.lastIndexOf(".") + 1)
  if (schema?.format === "uri" || schema?.format === "url") return "url"
  return BY_NAME.find(([pattern]) => pattern.test(last))?.[1] ?? "prose"
}

function isClosed(schema: FieldSchema): boolean {
  if (Array.isArray(schema.enum) || schema.const !== undefined) return true
  return schema.type === "number" || schema.type === "integer" || schema.type === "boolean"
}
