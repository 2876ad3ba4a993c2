/** SIGTERM, default flags, while 60 clients ask in a closed loop; beside bare Fastify's `close()`. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { end, start } from '../children.ts';
import type { Row, RunOptions } from '../types.ts';
import { askWhile, type Load, type Outcome, type Upload } from './load.ts';
import { listening, outcomesOf, type Server, type TlsFiles, tally } from './servers.ts';

const CLIENTS = 60;
/** A connection that was just opened may be in a queue of the kernel's that closing resets. */
const FRESH_GOAL = 0.001;
/** Some 100 ms. */
const UPLOAD: Upload = { pieces: 5, pieceBytes: 8192, everyMs: 20 };

interface Mode {
  readonly what: string;
  readonly load: Omit<Load, 'clients'>;
  readonly tls?: boolean;
}

const KEPT = { keepAlive: true, thinkMs: 0 };
const FRESH = { keepAlive: false, thinkMs: 0 };

const MODES: readonly Mode[] = [
  { what: 'no think time', load: KEPT },
  { what: 'think time up to 20 ms', load: { ...KEPT, thinkMs: 20 } },
  { what: 'no think time', load: FRESH },
  { what: 'TLS', load: KEPT, tls: true },
  { what: 'TLS, think time up to 20 ms', load: { ...KEPT, thinkMs: 20 }, tls: true },
  { what: 'TLS', load: FRESH, tls: true },
  { what: 'replies that stream for 100 ms', load: { ...KEPT, path: '/stream' } },
  { what: 'replies that stream for 100 ms', load: { ...FRESH, path: '/stream' } },
  { what: 'bodies that take 100 ms', load: { ...KEPT, path: '/upload', upload: UPLOAD } },
  { what: 'bodies that take 100 ms', load: { ...FRESH, path: '/upload', upload: UPLOAD } },
];

export async function drainRows(
  servers: readonly Server[],
  tls: TlsFiles,
  options: RunOptions,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const mode of MODES) rows.push(await rowOf(servers, mode, tls, options));
  return rows;
}

async function rowOf(
  servers: readonly Server[],
  mode: Mode,
  tls: TlsFiles,
  options: RunOptions,
): Promise<Row> {
  const kind = mode.load.keepAlive ? 'kept' : 'fresh';
  const connections = kind === 'kept' ? 'kept-alive' : 'new connections';
  const row = { bench: 'faults', what: `drain, ${connections}, ${mode.what}` };
  options.progress(row.what);
  const rounds = options.quick ? 2 : 10;
  const sample = (server: Server) => drain(server, mode, mode.tls ? tls : undefined, options);
  const lost = (outcome: Outcome) => outcome[kind].lost;
  const outcomes = await outcomesOf(servers, rounds, sample, lost, options.progress);
  const [ours, peer] = outcomes.map((each, index) =>
    tally(
      servers[index]!.name,
      each.map((outcome) => outcome[kind]),
    ),
  );
  return { kind: 'losses', ...row, rounds, ours: ours!, peer: peer!, goal: kind === 'kept' ? 0 : FRESH_GOAL };
}

async function drain(
  { file, args, env }: Server,
  { load }: Mode,
  tls: TlsFiles | undefined,
  { quick }: RunOptions,
): Promise<Outcome> {
  const child = start(file, args(0, tls), { env, stdout: 'pipe' });
  try {
    const url = await listening(child);
    const gone = once(child, 'exit');
    return await askWhile(url, { ...load, clients: CLIENTS }, async () => {
      await sleep(quick ? 300 : 1000);
      child.kill('SIGTERM');
      await gone;
    });
  } finally {
    await end(child);
  }
}
