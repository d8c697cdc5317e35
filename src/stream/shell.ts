/**
 * Whether a place in a shell command is quoted, or belongs to a here-document: then it is the text of something else. Quoting as POSIX has it:
 * nothing escapes within single quotes, a backslash does elsewhere.
 */
export function isShellText(text: string, index: number): boolean {
  // The quotes of Gemma's token are none of the shell's.
  const command = text.replaceAll('<|"|>', "<|_|>")
  if (/<<[-~]?\s*['"\\]?\w+/.test(command.slice(0, index))) return true
  let quote = ""
  for (let i = 0; i < index; i++) {
    const char = command[i]
    if (char === "\\" && quote !== "'") {
      if (i + 1 === index) return true
      i++
    } else if (quote === "") quote = char === "'" || char === '"' || char === "`" ? char : ""
    else if (char === quote) quote = ""
  }
  return quote !== ""
}
