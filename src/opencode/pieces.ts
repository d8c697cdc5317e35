/** An answer that grows while something is done: `work` says what happens on the way, and returns the end of the text. Its failure ends the text. */
export async function* pieces(work: (say: (text: string) => void) => Promise<string>): AsyncGenerator<string> {
  const said: string[] = []
  let wake = () => {}
  let over = false
  const done = work((text) => {
    said.push(text)
    wake()
  })
    .then((text) => void said.push(text))
    .finally(() => {
      over = true
      wake()
    })
  // Its failure is thrown below, when all that was said is out.
  done.catch(() => {})
  while (!over || said.length > 0) {
    const next = said.shift()
    if (next !== undefined) yield next
    else
      await new Promise<void>((resolve) => {
        wake = resolve
      })
  }
  await done
}
