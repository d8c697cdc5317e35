import { CHECK_IDS, type Check, type CheckId } from "../types.ts"
import { checkAuth } from "./auth.ts"
import { checkConfig } from "./config.ts"
import { checkLimits } from "./limits.ts"
import { checkMetrics } from "./metrics.ts"
import { checkModel } from "./model.ts"
import { checkModels } from "./models.ts"
import { checkReach } from "./reach.ts"
import { type Seen, skip } from "./seen.ts"
import { checkTools } from "./tools.ts"

/** All checks in the order of their ids. What follows from another failure is skipped, so that one cause is one problem. */
export function runChecks(seen: Seen): Check[] {
  const config = checkConfig(seen)
  const reach = checkReach(seen)
  const alive = reach.status === "pass" || reach.status === "warn"
  const auth = alive || seen.list === undefined ? checkAuth(seen) : skip("auth", NOT_REACHED)
  const open = alive && auth.status !== "fail"
  const why = alive ? "Not checked: the server refused the key." : NOT_REACHED
  const list = open ? checkModels(seen) : skip("models", why)
  // A base URL that is known to be wrong explains a missing list.
  const models = config.status === "fail" && list.status === "fail" ? skip("models", "Not checked: the base URL is wrong.") : list
  const listed = models.status === "pass"
  const checks: Partial<Record<CheckId, Check>> = {
    config,
    reach,
    auth,
    models,
    model: listed ? checkModel(seen) : skip("model", "Not checked: there was no model list."),
    limits: listed ? checkLimits(seen) : skip("limits", "Not checked: there was no model list."),
    "tool-call": alive ? checkTools(seen) : skip("tool-call", NOT_REACHED),
    metrics: alive ? checkMetrics(seen) : skip("metrics", NOT_REACHED),
  }
  return CHECK_IDS.map((id) => checks[id] ?? skip(id, "Not checked: it would cost tokens."))
}

const NOT_REACHED = "Not checked: the server cannot be used now."
