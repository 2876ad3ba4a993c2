import type { RateLimitStore } from './rate-limit-store.ts';

/** How much of a limit is used. Times in ms. */
export interface Usage {
  readonly allowed: boolean;
  /** Requests that are left. */
  readonly remaining: number;
  /** Until the window ends, or the next request is allowed. */
  readonly waitMs: number;
}

/** Counts a request in a window that starts with the clock: all of the quota comes back at once. */
export async function countFixed(
  store: RateLimitStore,
  key: string,
  limit: number,
  windowMs: number,
  now: number,
): Promise<Usage> {
  const index = Math.floor(now / windowMs);
  const end = (index + 1) * windowMs;
  const count = await store.increment(`${key}:${index}`, end);
  return { allowed: count <= limit, remaining: Math.max(0, limit - count), waitMs: end - now };
}

/**
 * Counts a request in a window that ends now: of the fixed window before counts the part that it still covers. That is exact
 * where a client comes evenly, and needs two counters a client, not a list of times.
 */
export async function countSliding(
  store: RateLimitStore,
  key: string,
  limit: number,
  windowMs: number,
  now: number,
): Promise<Usage> {
  const index = Math.floor(now / windowMs);
  const elapsed = now - index * windowMs;
  // What was refused was counted as well, but weighs no more than a full window.
  const [count, previous] = await Promise.all([
    store.increment(`${key}:${index}`, (index + 2) * windowMs),
    Promise.resolve(store.read(`${key}:${index - 1}`)).then((seen) => Math.min(seen, limit)),
  ]);
  const used = count + previous * (1 - elapsed / windowMs);
  if (used <= limit)
    return { allowed: true, remaining: Math.floor(limit - used), waitMs: windowMs - elapsed };
  const waitMs = wait(Math.min(count, limit), previous, limit, windowMs, elapsed);
  return { allowed: false, remaining: 0, waitMs };
}

/** Until one more request fits: in this window while the one before fades, or in the next while this one does. */
function wait(count: number, previous: number, limit: number, windowMs: number, elapsed: number): number {
  const fades = (from: number, room: number) => windowMs * (1 - Math.max(0, room) / from);
  if (count < limit) return Math.max(0, fades(previous, limit - 1 - count) - elapsed);
  return windowMs - elapsed + fades(count, limit - 1);
}
