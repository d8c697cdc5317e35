/** Recorded streams are imported as text: `import text from "./recorded/x.sse" with { type: "text" }`. */
declare module "*.sse" {
  const text: string
  export default text
}
