export { clean } from "../endpoint/text.ts"
