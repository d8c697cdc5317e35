/** One way in which things go wrong, made on a real socket, and the codes that a check has to name. */
import type { CheckCode, Endpoint } from "../../../src/endpoint/types.ts"
import type { Running } from "../servers.ts"

export interface Cause {
  /** What the server does; also the words of the page. */
  does: string
  /** Codes of the problems that have to be named, gravest first; none: all is well. */
  expect: CheckCode[]
  /** Starts the server; undefined where this machine cannot. */
  start(certificates: string): Promise<Served | undefined>
  /** What the configuration says beside the address; `provider` is always `mine`. */
  endpoint?: Partial<Endpoint>
  /** Ask the model too. */
  deep?: boolean
  /** Milliseconds that the check may take; what never answers needs no more than one or two seconds. */
  timeoutMs?: number
  /** Part of the sentence that makes the difference. */
  says?: string | RegExp
  /** Part of the cure that makes the difference. */
  cure?: string | RegExp
  /** A project that has this server in its configuration, `@` standing for the base URL; then the files are judged too. */
  project?: { config: object; stored?: object }
  /** Environment that it needs, so it is looked at from a process of its own, under Bun. */
  env?(server: Served, certificates: string): Record<string, string>
}

export interface Served extends Running {
  /** Base URL where it is not `origin/v1`. */
  url?: string
}
