/**
 * What the terminal interface needs only after its first screen, behind one dynamic import: looking at servers, switching models. The
 * build makes one file of it.
 */
export { lookAt } from "../endpoint/look.ts"
export { modelToProve, withProof } from "../endpoint/proof/merge.ts"
export { prove } from "../endpoint/proof/prove.ts"
export { catalog } from "../models/catalog.ts"
export { nameOf } from "../models/choose.ts"
export { fits, objections, STOPS } from "../models/fitting.ts"
export { loadModel } from "../opencode/loading.ts"
export { createSwitcher } from "../opencode/switcher.ts"
export { objectionLine } from "../report/models.ts"
export { healthNotice, recoveredNotice } from "../report/notice.ts"
export { statusPage } from "../report/status.ts"
export { createInspector } from "../stream/inspector.ts"
