// This repository is worked on with its own plugin, straight from the sources.
export { default } from "../../src/index.ts"
