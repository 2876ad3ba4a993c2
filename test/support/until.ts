import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition. @throws Error after 10 s, naming what never came */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 10_000; !condition(); await sleep(2))
    if (Date.now() > end) throw new Error(`not within 10 s: ${what}`);
}
