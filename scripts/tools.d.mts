/** Root folder of the repository. */
export const root: string
/** Path of the Bun binary that comes as a devDependency. Throws when it is not installed. */
export function bun(): string
/** Path of the OpenCode binary that comes as a devDependency, or of the one named by `OPENCODE_BIN`. */
export function opencode(): string
