/**
 * Tools of the size of OpenCode's own, to have a server count what they cost. Names and lengths are those of OpenCode 1.18.33, read off
 * one of its requests; the words are fill.
 */

/** Name, characters of the description, characters of the parameter schema. */
const SIZES: readonly [name: string, description: number, parameters: number][] = [
  ["bash", 4628, 519],
  ["edit", 1369, 526],
  ["glob", 517, 526],
  ["grep", 657, 452],
  ["read", 1158, 508],
  ["skill", 399, 205],
  ["task", 3019, 757],
  ["todowrite", 2012, 570],
  ["webfetch", 750, 470],
  ["write", 623, 334],
]

/** Characters of OpenCode's system prompt without a project's own instructions. */
export const SYSTEM_CHARACTERS = 9_700

const FILL = "Use this tool to work with the files of the project, and prefer it to a command of the shell where both would do. "

const fill = (length: number) => FILL.repeat(Math.ceil(length / FILL.length)).slice(0, length)

/** Characters of a schema around the one description in it. */
const FRAME = 110

export const OPENCODE_TOOLS = SIZES.map(([name, description, parameters]) => ({
  type: "function",
  function: {
    name,
    description: fill(description),
    parameters: {
      type: "object",
      properties: { filePath: { type: "string", description: fill(Math.max(0, parameters - FRAME)) } },
      required: ["filePath"],
    },
  },
}))
