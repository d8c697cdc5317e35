/** Whether `provider.<id>` of the configuration leaves a model out of OpenCode's list, by `whitelist` or `blacklist` (as OpenCode 1.18.33 reads them). */
export function isHidden(entry: { whitelist?: unknown; blacklist?: unknown } | undefined, model: string): boolean {
  const { whitelist, blacklist } = entry ?? {}
  if (Array.isArray(blacklist) && blacklist.includes(model)) return true
  return Array.isArray(whitelist) && !whitelist.includes(model)
}
