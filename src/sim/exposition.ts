/** Prometheus text as vLLM's Python client writes it: labels in alphabetical order, floats, a `_created` gauge beside each counter. */

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  labels: Labels
  value: number
}

export interface Histogram {
  /** Upper bounds without the infinite one. */
  bounds: readonly number[]
  observe(value: number): void
  /** Cumulative count per bound, then the total. */
  counts(): number[]
  sum(): number
}

export function createHistogram(bounds: readonly number[]): Histogram {
  const hits = new Array<number>(bounds.length + 1).fill(0)
  let sum = 0
  return {
    bounds,
    observe(value) {
      const at = bounds.findIndex((bound) => value <= bound)
      hits[at < 0 ? bounds.length : at]!++
      sum += value
    },
    counts() {
      let total = 0
      return hits.map((hit) => {
        total += hit
        return total
      })
    },
    sum: () => sum,
  }
}

export function gauge(name: string, help: string, samples: readonly Sample[]): string {
  return family(name, "gauge", help, samples)
}

/** `name` ends in `_total`. `created` in seconds since the epoch. */
export function counter(name: string, help: string, samples: readonly Sample[], created: number): string {
  const births = samples.map(({ labels }) => ({ labels, value: created }))
  return family(name, "counter", help, samples) + family(name.replace(/_total$/, "_created"), "gauge", help, births)
}

export function histogram(name: string, help: string, labels: Labels, data: Histogram): string {
  const counts = data.counts()
  const bounds = [...data.bounds.map(float), "+Inf"]
  const buckets = bounds.map((le, i) => line(`${name}_bucket`, { ...labels, le }, counts[i]!))
  const ends = [line(`${name}_count`, labels, counts.at(-1)!), line(`${name}_sum`, labels, data.sum())]
  return `${head(name, "histogram", help)}${buckets.join("")}${ends.join("")}`
}

const family = (name: string, type: string, help: string, samples: readonly Sample[]) =>
  head(name, type, help) + samples.map(({ labels, value }) => line(name, labels, value)).join("")

const head = (name: string, type: string, help: string) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => `${key}="${quoted(text)}"`)
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${float(value)}\n`
}

const float = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value))
const quoted = (text: string) => text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")
