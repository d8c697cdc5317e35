declare module "parse-prometheus-text-format" {
  export interface PrometheusFamily {
    name: string
    help: string
    type: string
    /** Histograms and summaries have other members. */
    metrics: { value?: string; labels?: Record<string, string> }[]
  }
  /** Throws on a line that is no sample. */
  export default function parsePrometheusTextFormat(text: string): PrometheusFamily[]
}
