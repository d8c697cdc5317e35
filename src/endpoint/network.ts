/** Everything that opens sockets. Loaded at the first request, because undici alone takes 60 ms to load under Node. */
export { openTransport } from "./transport.ts"
export { lookAtWire } from "./wire.ts"
