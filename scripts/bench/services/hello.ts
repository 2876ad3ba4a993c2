import { setTimeout as sleep } from 'node:timers/promises';

export const HELLO = 'Hello world from Omega!';

/** A reply that takes some 100 ms. */
export async function* slowly(): AsyncGenerator<string> {
  for (let n = 0; n < 5; n++) {
    yield `${n}\n`;
    await sleep(20);
  }
}
