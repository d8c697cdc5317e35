/** Whether a version such as `0.27.1`, `v0.24.0rc1` or `0.32.0+cpu` is at least `major.minor`. False when it is none. */
export function atLeast(version: string, major: number, minor: number): boolean {
  const match = /^v?(\d+)\.(\d+)/.exec(version)
  if (!match) return false
  const [have, haveMinor] = [Number(match[1]), Number(match[2])]
  return have > major || (have === major && haveMinor >= minor)
}
