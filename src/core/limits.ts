/** Largest request body where neither the route nor the adapter says otherwise, bytes: as much as AWS Lambda takes. */
export const DEFAULT_BODY_LIMIT = 6 * 1024 * 1024;

/** The longest that setTimeout can wait, ms. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
