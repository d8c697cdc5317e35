import type { RescueModes } from "./rescue/mode.ts"

/** What applies where the user configured nothing. */
export const DEFAULTS = {
  include: [] as string[],
  exclude: [] as string[],
  health: true,
  inspect: true,
  explain: true,
  discover: true,
  reload: "auto" as "auto" | "always" | "off",
  toasts: true,
  toolLine: true,
  leakedArguments: "warn" as "warn" | "block",
  rescue: "auto" as RescueModes,
  quiet: [] as string[],
}
