// Builds dist/tui.js, the half of the plugin that runs in OpenCode's terminal interface, and dist/tui-late.js with what it needs only
// after the first screen. OpenCode compiles no TSX below node_modules, so it comes compiled; Solid's own compiler is needed for it,
// because a generic JSX transform gives components that never update.

import { readFile } from "node:fs/promises"
import { join } from "node:path"

/** Modules that OpenCode brings: a second copy of Solid or OpenTUI would not see the host's screen. */
const HOST = ["solid-js", "solid-js/store", "@opentui/*", "undici", "@opencode-ai/*"]

const solid = {
  name: "solid",
  setup(build) {
    build.onLoad({ filter: /\.tsx$/ }, async ({ path }) => {
      const { transformAsync } = await import("@babel/core")
      const done = await transformAsync(await readFile(path, "utf8"), {
        filename: path,
        configFile: false,
        babelrc: false,
        presets: [
          ["babel-preset-solid", { moduleName: "@opentui/solid", generate: "universal" }],
          ["@babel/preset-typescript", { allowImportingTsExtensions: true, onlyRemoveTypeImports: true }],
        ],
      })
      return { contents: done?.code ?? "", loader: "js" }
    })
  },
}

const lateIsAFileOfItsOwn = {
  name: "tui-late",
  setup: (build) =>
    build.onResolve({ filter: /\/late\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./tui-late.js", external: true } : undefined,
    ),
}

/** @param bundle esbuild's `build`; @param common what all bundles of this package share */
export async function buildTui(bundle, common, dist) {
  const shared = { ...common, external: HOST }
  await Promise.all([
    bundle({
      ...shared,
      entryPoints: ["src/tui.tsx"],
      outfile: join(dist, "tui.js"),
      plugins: [solid, lateIsAFileOfItsOwn],
    }),
    bundle({ ...shared, entryPoints: ["src/tui/late.ts"], outfile: join(dist, "tui-late.js") }),
  ])
}
