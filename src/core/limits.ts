/** Largest request body where neither the route nor the adapter says otherwise, bytes: as much as AWS Lambda takes. */
export const DEFAULT_BODY_LIMIT = 6 * 1024 * 1024;

/** The longest that setTimeout can wait, ms. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** What the stream of a reply gets to fail with a status of its own, before the headers go without it, ms. */
export const FIRST_CHUNK_MS = 10;
