/**
 * Everything that is not needed while OpenCode starts, behind one dynamic import: looking at servers, looking into answers, the status
 * page, reading options that were given. The build makes one file of it, because each further file costs the start milliseconds.
 */

export { servedContext } from "../endpoint/checks/model.ts"
export { lookAt } from "../endpoint/look.ts"
export { modelToProve, withProof } from "../endpoint/proof/merge.ts"
export { prove } from "../endpoint/proof/prove.ts"
export { readOptions } from "../options.ts"
export { statusPage } from "../report/status.ts"
export { errorAnswer } from "../request/error-answer.ts"
export { explainingFetch } from "../request/explaining-fetch.ts"
export { createFitter } from "../request/fitter.ts"
export { fittingFetch } from "../request/fitting-fetch.ts"
export { createRescuer } from "../rescue/rescuer.ts"
export { createInspector } from "../stream/inspector.ts"
export { tap } from "../stream/tap.ts"
export { deepLook } from "./deep.ts"
export { loadModel } from "./loading.ts"
export { createSwitcher } from "./switcher.ts"
