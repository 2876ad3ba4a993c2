import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from './errors.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3000;

/** Failures in a row, beyond the SDK's own retries, after which waiting makes no sense any more. */
const MOST_FAILURES = 20;

/** Asks until there is an answer, ever more slowly. Throttling and a network that is away for a minute are borne. */
export async function pollUntil<T>(ask: () => Promise<T | undefined>): Promise<T> {
  let pause = FIRST_PAUSE_MS;
  for (let failures = 0; ; ) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      failures = 0;
    } catch (error) {
      if (!isPassing(error) || ++failures >= MOST_FAILURES) throw error;
    }
    await sleep(pause);
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
  }
}
