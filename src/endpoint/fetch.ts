/** The part of fetch that is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>
