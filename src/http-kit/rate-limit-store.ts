import type { Awaitable } from '../core/index.ts';
import { assertWhole } from './options.ts';

/**
 * Where `rateLimit` counts. A shared one (Redis, DynamoDB) counts for all processes: `increment` is one `INCR` with `PEXPIREAT`,
 * or one `UpdateItem` with `ADD`, so nothing needs a lock.
 */
export interface RateLimitStore {
  /**
   * Adds one to a counter, which starts at nought, and gives the new count.
   * @param key names limit, client and window; 300 characters at most where the limit's `key` keeps below 200
   * @param expiresAt epoch milliseconds after which nobody asks for the counter
   */
  increment(key: string, expiresAt: number): Awaitable<number>;
  /** The count; 0 where there is none. Asked only by sliding windows. */
  read(key: string): Awaitable<number>;
}

export interface MemoryStoreOptions {
  /** Counters kept, two for each client; then the oldest go. Default 20 000, about 4 MB. */
  readonly maxCounters?: number;
}

interface Counter {
  count: number;
  readonly expiresAt: number;
}

/**
 * Counts in this process: for one server, or as a rough limit for each of many. Its size has a bound: where more clients come
 * than it holds, those that came first are counted anew.
 * @throws ConfigError for a bad bound
 * @example
 * ```ts
 * import { memoryStore } from 'amphi/http-kit';
 *
 * const store = memoryStore({ maxCounters: 2 });
 * const later = Date.now() + 60_000;
 * for (const client of ['a', 'a', 'b', 'c']) await store.increment(client, later);
 * console.log(await store.read('a'), await store.read('b'), await store.read('c')); // 0 1 1
 * ```
 */
export function memoryStore({ maxCounters = 20_000 }: MemoryStoreOptions = {}): RateLimitStore {
  assertWhole('memoryStore', 'maxCounters', maxCounters, 1, 10_000_000);
  const counters = new Map<string, Counter>();
  return {
    increment(key, expiresAt) {
      const known = counters.get(key);
      if (known) return ++known.count;
      if (counters.size >= maxCounters) makeRoom(counters);
      counters.set(key, { count: 1, expiresAt });
      return 1;
    },
    read: (key) => counters.get(key)?.count ?? 0,
  };
}

/** What has expired goes, at least the oldest. A map keeps its order, and the oldest expire first. */
function makeRoom(counters: Map<string, Counter>): void {
  const now = Date.now();
  let first = true;
  for (const [key, { expiresAt }] of counters) {
    if (!first && expiresAt > now) return;
    counters.delete(key);
    first = false;
  }
}
