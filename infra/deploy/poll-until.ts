import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from './errors.ts';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 3000;

/** Consecutive failures, beyond the SDK's own retries, after which polling gives up. */
const MAX_FAILURES = 20;

/** Polls until there is a result, with growing pauses. Throttling and a network outage of a minute are tolerated. */
export async function pollUntil<T>(poll: () => Promise<T | undefined>): Promise<T> {
  let pause = FIRST_PAUSE_MS;
  for (let failures = 0; ; ) {
    try {
      const result = await poll();
      if (result !== undefined) return result;
      failures = 0;
    } catch (error) {
      if (!isTransient(error) || ++failures >= MAX_FAILURES) throw error;
    }
    await sleep(pause);
    pause = Math.min(pause * 1.5, MAX_PAUSE_MS);
  }
}
