export { redact, redactUrl } from "../endpoint/text.ts"
