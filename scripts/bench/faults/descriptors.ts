/** More clients than descriptors: some are turned away, which costs nobody who has a connection a request. */
import { setTimeout as sleep } from 'node:timers/promises';
import { end, start } from '../children.ts';
import type { Row, RunOptions } from '../types.ts';
import { askWhile, type Count } from './load.ts';
import { listening, outcomesOf, type Server, tally } from './servers.ts';

const DESCRIPTORS = 64;
const CLIENTS = 200;

export async function descriptorRows(servers: readonly Server[], options: RunOptions): Promise<Row[]> {
  const what = `ulimit -n ${DESCRIPTORS}, ${CLIENTS} clients, kept-alive`;
  options.progress(what);
  const rounds = options.quick ? 1 : 5;
  const counts = await outcomesOf(servers, rounds, crowd, ({ lost }) => lost, options.progress);
  const [ours, peer] = counts.map((each, index) => tally(servers[index]!.name, each));
  return [{ kind: 'losses', bench: 'faults', what, rounds, ours: ours!, peer: peer!, goal: 0 }];
}

async function crowd({ file, args, env }: Server): Promise<Count & { refused: number }> {
  const limited = ['-c', `ulimit -n ${DESCRIPTORS}; exec "$0" "$@"`, file, ...args(0)];
  const child = start('/bin/sh', limited, { env, stdout: 'pipe' });
  try {
    const url = await listening(child);
    const load = { clients: CLIENTS, keepAlive: true, thinkMs: 20, persistent: true };
    const { kept, fresh, refused } = await askWhile(url, load, () => sleep(2000));
    // A new connection that is closed at once never reached the server.
    return { ...kept, refused: refused + fresh.lost };
  } finally {
    await end(child);
  }
}
