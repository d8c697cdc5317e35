// Builds the half of the plugin that runs in OpenCode's terminal interface: dist/tui.js, which imports nothing of the host, dist/tui-setup.js
// with all that draws, and dist/tui-late.js with what it needs only after the first screen. OpenCode compiles no TSX below node_modules, so it comes compiled; Solid's own compiler is needed for it,
// because a generic JSX transform gives components that never update.

import { readFile, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"

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

/** Dynamic imports are files of their own, named here. */
const FILES = { "setup.tsx": "./tui-setup.js", "late.ts": "./tui-late.js" }

const filesOfTheirOwn = {
  name: "tui-files",
  setup: (build) =>
    build.onResolve({ filter: /\/(?:setup\.tsx|late\.ts)$/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path: FILES[basename(path)], external: true } : undefined,
    ),
}

/** The host reads a file of `node_modules` for imports before it loads it, and what they name too; a comment hides those for later. */
const hiddenFromTheScan = (text) => text.replaceAll(/\bimport\("(\.\/tui-late\.js)"\)/g, 'import(/* later */ "$1")')

/** @param bundle esbuild's `build`; @param common what all bundles of this package share */
export async function buildTui(bundle, common, dist) {
  const made = (entry, name, plugins) =>
    bundle({ ...common, external: HOST, entryPoints: [entry], outfile: join(dist, name), plugins })
  await Promise.all([
    made("src/tui.ts", "tui.js", [filesOfTheirOwn]),
    made("src/tui/setup.tsx", "tui-setup.js", [solid, filesOfTheirOwn]),
    made("src/tui/late.ts", "tui-late.js", []),
  ])
  const file = join(dist, "tui-setup.js")
  await writeFile(file, hiddenFromTheScan(await readFile(file, "utf8")))
}
