/** What applies where the user configured nothing. */
export const DEFAULTS = {
  include: [] as string[],
  exclude: [] as string[],
  health: true,
  inspect: true,
  toasts: true,
  toolLine: true,
  leakedArguments: "warn" as "warn" | "block",
  quiet: [] as string[],
}
