declare const __VERSION__: string | undefined

/** Version of this package; `dev` when the sources run without a build. */
export const version = typeof __VERSION__ === "string" ? __VERSION__ : "dev"
