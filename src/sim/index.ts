export { isScenarioName, SCENARIOS, type ScenarioName } from "./scenarios.ts"
export { type Sim, SimError, type SimOptions, startSim } from "./server.ts"
export type { Scenario, SimRequest } from "./types.ts"
