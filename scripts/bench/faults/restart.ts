/** `supervisorctl restart` under the configuration that `app supervisor` writes, while clients ask in a closed loop. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fullSupervisordConfig, supervisorConfig } from '../../../src/adapters/supervisor/index.ts';
import { end, findOnPath, runTool, start } from '../children.ts';
import type { Row, RunOptions } from '../types.ts';
import { askWhile, type Outcome } from './load.ts';
import { answering, freePort } from './ports.ts';
import { outcomesOf, type Server, tally } from './servers.ts';

const CLIENTS = 60;
const THINK_MS = 10;
const CTL_MS = 60_000;
const NAME = 'served';
const FRESH_GOAL = 0.001;

export async function restartRows(servers: readonly Server[], options: RunOptions): Promise<Row[]> {
  const modes = [
    { keepAlive: true, kind: 'kept', what: 'supervisorctl restart, kept-alive', goal: 0 },
    { keepAlive: false, kind: 'fresh', what: 'supervisorctl restart, new connections', goal: FRESH_GOAL },
  ] as const;
  const rows: Row[] = [];
  for (const { keepAlive, kind, what, goal } of modes) {
    const row = { bench: 'faults', what } as const;
    const [supervisord, supervisorctl] = [findOnPath('supervisord'), findOnPath('supervisorctl')];
    if (supervisord === undefined || supervisorctl === undefined) {
      const reason = 'supervisord or supervisorctl is not on PATH';
      rows.push({ kind: 'skipped', ...row, peer: 'bare Fastify', reason });
      continue;
    }
    options.progress(what);
    const rounds = options.quick ? 1 : 5;
    const restarts = options.quick ? 1 : 3;
    const outcomes = await outcomesOf(
      servers,
      rounds,
      (server) => restarted(server, { supervisord, supervisorctl }, keepAlive, restarts),
      (outcome) => outcome[kind].lost,
      options.progress,
    );
    const [ours, peer] = outcomes.map((each, index) =>
      tally(
        servers[index]!.name,
        each.map(({ refused, ...outcome }) => ({ ...outcome[kind], refused })),
      ),
    );
    rows.push({ kind: 'losses', ...row, rounds, ours: ours!, peer: peer!, goal });
  }
  return rows;
}

interface Programs {
  readonly supervisord: string;
  readonly supervisorctl: string;
}

async function restarted(
  server: Server,
  { supervisord, supervisorctl }: Programs,
  keepAlive: boolean,
  restarts: number,
): Promise<Outcome> {
  const dir = await mkdtemp(join(tmpdir(), 'amphi-bench-'));
  const port = await freePort();
  const conf = join(dir, 'supervisord.conf');
  await writeFile(conf, configuration(dir, server, port));
  const daemon = start(supervisord, ['-c', conf], { env: { PATH: process.env.PATH ?? '' } });
  try {
    const url = `http://127.0.0.1:${port}/`;
    await answering(url);
    const load = { clients: CLIENTS, keepAlive, thinkMs: THINK_MS, persistent: true };
    return await askWhile(url, load, async () => {
      for (let n = 0; n < restarts; n++) {
        await sleep(500);
        await runTool(supervisorctl, ['-c', conf, 'restart', NAME], { timeoutMs: CTL_MS });
        await answering(url);
      }
      await sleep(500);
    });
  } finally {
    // It stops its program first.
    const gone = daemon.exitCode === null ? once(daemon, 'exit') : undefined;
    daemon.kill('SIGTERM');
    await Promise.race([gone, sleep(CTL_MS, undefined, { ref: false })]);
    await end(daemon);
    await rm(dir, { recursive: true, force: true });
  }
}

function configuration(dir: string, { file, args, env }: Server, port: number): string {
  const log = (name: string) => ({ file: join(dir, name) });
  const program = supervisorConfig({
    name: NAME,
    command: file,
    args: args(port),
    environment: env,
    stdout: log('out.log'),
    stderr: log('err.log'),
  });
  return fullSupervisordConfig({
    socket: join(dir, 's.sock'),
    pidfile: join(dir, 'pid'),
    logfile: join(dir, 'supervisord.log'),
    childlogdir: dir,
    programs: [program],
  });
}
