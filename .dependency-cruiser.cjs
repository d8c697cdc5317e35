// The arrows of the design: entries -> tui -> opencode, sim -> report, config -> rescue -> stream, endpoint -> formats -> knowledge.
// A room may import itself and every room to its right, never one to its left; stream and endpoint never import each other.
const rooms = ["tui", "opencode|sim", "report|config", "rescue|models|request", "stream|endpoint", "formats", "knowledge"]
const entries = "^src/(index|cli|inspect|tui)\\.tsx?$"

const layers = rooms.map((room, i) => ({
  name: `${room.replace("|", "-and-")}-imports-only-to-its-right`,
  severity: "error",
  from: { path: `^src/(${room})/` },
  to: { path: `^src/(${rooms.slice(0, i).join("|") || "none"})/` },
}))

module.exports = {
  forbidden: [
    ...layers,
    { name: "stream-not-endpoint", severity: "error", from: { path: "^src/stream/" }, to: { path: "^src/endpoint/" } },
    { name: "endpoint-not-stream", severity: "error", from: { path: "^src/endpoint/" }, to: { path: "^src/stream/" } },
    {
      name: "request-stands-alone",
      comment: "What happens to any request knows neither rescue nor the choice of a model.",
      severity: "error",
      from: { path: "^src/request/" },
      to: { path: "^src/(rescue|models)/" },
    },
    { name: "opencode-not-sim", severity: "error", from: { path: "^src/opencode/" }, to: { path: "^src/sim/" } },
    { name: "tui-not-sim", severity: "error", from: { path: "^src/tui/" }, to: { path: "^src/sim/" } },
    { name: "sim-not-opencode", severity: "error", from: { path: "^src/sim/" }, to: { path: "^src/opencode/" } },
    { name: "nothing-imports-an-entry", severity: "error", from: { path: "^src/.+/" }, to: { path: entries } },
    {
      name: "host-types-only-in-the-adapter",
      comment: "A second host version is one more adapter, so nothing else may know the host.",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/opencode/", "^src/tui/", entries] },
      to: { path: "@opencode-ai/|@opentui/|solid-js" },
    },
    {
      name: "library-is-host-free",
      severity: "error",
      from: { path: "^src/inspect\\.ts$" },
      to: { path: "@opencode-ai/|^src/opencode/" },
    },
    { name: "no-cycles", severity: "error", from: { path: "^src/" }, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
  },
}
