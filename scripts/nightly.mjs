// `npm run test:nightly`: the property tests with 10,000 runs each, and the accuracy bench with 50,000 cases.
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { setup } from "./setup.mjs"
import { bunTest, close } from "./test.mjs"
import { bun, root } from "./tools.mjs"

setup()
const counts = bunTest(["test/stream", "test/formats"], { OPENCODE_VLLM_RUNS: process.env.OPENCODE_VLLM_RUNS ?? "10000" })
const bench = spawnSync(bun(), [join(root, "bench/accuracy.ts"), "--n", "50000"], { cwd: root, stdio: "inherit" })
close({ passed: counts.passed, failed: counts.failed + (bench.status === 0 ? 0 : 1) })
