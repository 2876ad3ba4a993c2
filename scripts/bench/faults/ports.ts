import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchError } from '../types.ts';

const START_MS = 20_000;

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits for a first answer, where a server's own output cannot tell that it listens. */
export async function answering(url: string): Promise<void> {
  if (!(await answers(url))) throw new BenchError(`${url} does not answer`);
}

/** Whether there is an answer within the time for a start. */
export async function answers(url: string): Promise<boolean> {
  const latest = performance.now() + START_MS;
  while (performance.now() < latest) {
    // Who accepts a connection need not answer.
    const signal = AbortSignal.timeout(Math.ceil(Math.max(1, latest - performance.now())));
    const answered = await fetch(url, { headers: { connection: 'close' }, signal }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return true;
    await sleep(50);
  }
  return false;
}
