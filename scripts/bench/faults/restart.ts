/** A restart as by `supervisorctl restart`, while clients ask in a closed loop. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row, RunOptions } from '../types.ts';
import { askWhile, type Outcome } from './load.ts';
import { answering, freePort } from './ports.ts';
import { outcomesOf, type Server, tally } from './servers.ts';
import { type SupervisorKind, supervisorKind } from './supervisors.ts';

const CLIENTS = 60;
const THINK_MS = 10;
const FRESH_GOAL = 0.001;

export async function restartRows(servers: readonly Server[], options: RunOptions): Promise<Row[]> {
  const modes = [
    { keepAlive: true, kind: 'kept', connections: 'kept-alive', goal: 0 },
    { keepAlive: false, kind: 'fresh', connections: 'new connections', goal: FRESH_GOAL },
  ] as const;
  const supervisor = supervisorKind();
  const rows: Row[] = [];
  for (const { keepAlive, kind, connections, goal } of modes) {
    const what = `${supervisor.what}, ${connections}`;
    options.progress(what);
    const rounds = options.quick ? 1 : 5;
    const restarts = options.quick ? 1 : 3;
    const outcomes = await outcomesOf(
      servers,
      rounds,
      (server) => restarted(server, supervisor, keepAlive, restarts),
      (outcome) => outcome[kind].lost,
      options.progress,
    );
    const [ours, peer] = outcomes.map((each, index) =>
      tally(
        servers[index]!.name,
        each.map(({ refused, ...outcome }) => ({ ...outcome[kind], refused })),
      ),
    );
    rows.push({ kind: 'losses', bench: 'faults', what, rounds, ours: ours!, peer: peer!, goal });
  }
  return rows;
}

async function restarted(
  server: Server,
  kind: SupervisorKind,
  keepAlive: boolean,
  restarts: number,
): Promise<Outcome> {
  const port = await freePort();
  const supervisor = await kind.open(server, port);
  try {
    const url = `http://127.0.0.1:${port}/`;
    await answering(url);
    const load = { clients: CLIENTS, keepAlive, thinkMs: THINK_MS, persistent: true };
    return await askWhile(url, load, async () => {
      for (let n = 0; n < restarts; n++) {
        await sleep(500);
        await supervisor.restart();
        await answering(url);
      }
      await sleep(500);
    });
  } finally {
    await supervisor.close();
  }
}
