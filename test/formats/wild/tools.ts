/** Tools of a request, with every kind of parameter that a schema can describe. */

const declare = (name: string, properties: Record<string, unknown>, required: string[] = []) => ({
  type: "function",
  function: { name, description: name, parameters: { type: "object", properties, required } },
})
const string = { type: "string" }
const integer = { type: "integer" }
const boolean = { type: "boolean" }

export const WILD_TOOLS = [
  declare("bash", { command: string, timeout: integer, workdir: string, description: string }, ["command", "description"]),
  declare("read", { filePath: string, offset: integer, limit: integer }, ["filePath"]),
  declare("write", { content: string, filePath: string }, ["content", "filePath"]),
  declare("edit", { filePath: string, oldString: string, newString: string, replaceAll: boolean }, [
    "filePath",
    "oldString",
    "newString",
  ]),
  declare(
    "todowrite",
    { todos: { type: "array", items: { type: "object", properties: { content: string, status: string, priority: string } } } },
    ["todos"],
  ),
  declare("get_weather", {
    city: string,
    unit: { type: "string", enum: ["celsius", "fahrenheit"] },
    days: integer,
    ratio: { type: "number" },
    metric: boolean,
    tags: { type: "array", items: string },
    options: { type: "object", properties: { deep: boolean, level: integer } },
    note: { anyOf: [{ type: "string" }, { type: "null" }] },
    count: { anyOf: [{ type: "integer" }, { type: "null" }] },
    level: { enum: [1, 2, 3] },
    zip: string,
  }),
  declare("now", {}),
  declare("mcp__files.list-all", { path: string, depth: integer }),
]
