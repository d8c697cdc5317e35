// Builds dist/: bundled ES modules for Node 20 and Bun, plus type declarations. Everything but undici is bundled, so that the
// plugin loads offline from a bare folder; undici stays outside because OpenCode's Bun brings its own under that name.
// The plugin is two files: index.js, which OpenCode's start waits for, and late.js with all the rest (src/opencode/late.ts).

import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { buildTui } from "./build-tui.mjs"
import { setup } from "./setup.mjs"
import { root } from "./tools.mjs"

export async function build({ types = true } = {}) {
  setup()
  const { build: bundle } = await import("esbuild")
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const dist = join(root, "dist")
  rmSync(dist, { recursive: true, force: true })
  const common = {
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["undici", "@opencode-ai/*"],
    loader: { ".sse": "text" },
    define: { __VERSION__: JSON.stringify(version) },
    legalComments: "none",
    logLevel: "warning",
  }
  const lateIsAFileOfItsOwn = {
    name: "late",
    setup: (b) =>
      b.onResolve({ filter: /\/late\.ts$/ }, ({ kind }) =>
        kind === "dynamic-import" ? { path: "./late.js", external: true } : undefined,
      ),
  }
  await Promise.all([
    buildTui(bundle, common, dist),
    bundle({ ...common, entryPoints: ["src/index.ts"], outdir: dist, plugins: [lateIsAFileOfItsOwn] }),
    bundle({ ...common, entryPoints: ["src/opencode/late.ts"], outfile: join(dist, "late.js") }),
    bundle({
      ...common,
      entryPoints: ["src/inspect.ts", "src/cli.ts"],
      outdir: dist,
      splitting: true,
      chunkNames: "chunks/[name]-[hash]",
      // Commander is CommonJS and asks for Node's own modules through require.
      banner: {
        js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
      },
    }),
  ])
  if (existsSync(join(dist, "cli.js"))) chmodSync(join(dist, "cli.js"), 0o755)
  if (!types) return
  const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: "inherit",
  })
  if (tsc.status !== 0) throw new Error("type declarations failed")
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await build({ types: !process.argv.includes("--no-types") })
