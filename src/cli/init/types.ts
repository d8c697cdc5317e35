/** What `opencode-vllm init` is told, asks, and says in the end. */
export interface InitFlags {
  url?: string
  /** Id of the provider to write. */
  provider?: string
  /** Name of the environment variable that holds the key. */
  keyEnv?: string
  dryRun?: boolean
  /** What is written into the `plugin` lists in place of the package's name. */
  plugin?: string
}

export interface InitIo {
  /** Undefined: nobody is there to ask. */
  ask?: Ask
  /** Takes what is going to change, before anything is written. */
  show(diff: string): void
  /** Ports of this machine to look at; default: the usual ones. */
  ports?: readonly number[]
}

/** Each answer is undefined when the person ends it all. */
export interface Ask {
  /** Index of the chosen one. */
  server(names: readonly string[]): Promise<number | undefined>
  /** Name of an environment variable. */
  keyEnv(server: string): Promise<string | undefined>
  /** At least one. */
  models(ids: readonly string[]): Promise<string[] | undefined>
  /** The one to start with. */
  model(ids: readonly string[]): Promise<string | undefined>
  /** `objection` says why an id cannot be taken. */
  provider(usual: string, objection: (id: string) => Promise<string | undefined>): Promise<string | undefined>
  write(files: readonly string[]): Promise<boolean | undefined>
}

/** The name of an environment variable. */
export const ENV_NAME = /^[A-Za-z_]\w*$/

/** How `opencode-vllm init` ended: 0 with lines for standard output, 1 where there is no server, 2 for everything else. */
export type InitResult = { exit: 0; lines: string[] } | { exit: 1 | 2; message: string }

export const refuse = (exit: 1 | 2, message: string): InitResult => ({ exit, message })

/** The person ended it. */
export const CANCELLED: InitResult = { exit: 0, lines: ["Nothing was written."] }
