/** What to do where the server reads the model's calls wrongly, or refuses tools. */
export type RescueMode = "auto" | "always" | "off"

/** One mode for everything, or modes by `provider` and `provider/model`. */
export type RescueModes = RescueMode | Record<string, RescueMode>

/**
 * The mode of one model: an entry for `provider/model` wins over one for the provider; without either it is `auto`.
 *
 * @param model as the request names it
 */
export function rescueMode(modes: RescueModes, provider: string, model: string | undefined): RescueMode {
  if (typeof modes === "string") return modes
  return (model !== undefined && modes[`${provider}/${model}`]) || modes[provider] || "auto"
}
