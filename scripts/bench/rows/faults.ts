/**
 * Requests lost while a server drains, against bare Fastify's `close()`: 60 clients in a closed loop, SIGTERM, default
 * flags. The share that was answered is compared; the counts are told as progress.
 */
import { once } from 'node:events';
import { end, firstLine, start } from '../children.ts';
import { drainUnderLoad, type Outcome } from '../drain-load.ts';
import { buildBenchService, buildFastify } from '../executables.ts';
import { type Contender, interleave } from '../rounds.ts';
import type { Goal } from '../stats.ts';
import type { Bench, Row, RunOptions } from '../types.ts';

const CLIENTS = 60;
const GOAL: Goal = { kind: 'at least', ratio: 1 };

interface Mode {
  readonly what: string;
  readonly kind: 'kept' | 'fresh';
  readonly keepAlive: boolean;
  readonly thinkMs: number;
}

const MODES: readonly Mode[] = [
  { what: 'kept-alive connections, no think time', kind: 'kept', keepAlive: true, thinkMs: 0 },
  { what: 'kept-alive connections, think time up to 20 ms', kind: 'kept', keepAlive: true, thinkMs: 20 },
  { what: 'a new connection for each request', kind: 'fresh', keepAlive: false, thinkMs: 0 },
];

interface Server {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

export const faultsBench: Bench = {
  name: 'faults',
  about: 'requests lost in a drain, against bare Fastify',
  async run(options) {
    const args = ['httpServer', '--port', '0', '--host', '127.0.0.1'];
    const servers: Server[] = [
      { name: 'amphi httpServer', file: await buildBenchService(options), args },
      { name: 'bare Fastify', file: await buildFastify(options), args: [] },
    ];
    const rows: Row[] = [];
    for (const mode of MODES) rows.push(await measure(servers, mode, options));
    return rows;
  },
};

async function measure(servers: readonly Server[], mode: Mode, options: RunOptions): Promise<Row> {
  const outcomes = servers.map((): Outcome[] => []);
  const contenders = servers.map(
    (server, index): Contender => ({
      name: server.name,
      async sample() {
        const outcome = await drain(server, mode, options);
        outcomes[index]!.push(outcome);
        return answered(outcome, mode.kind);
      },
    }),
  );
  const [ours, peer] = await interleave(contenders, options.quick ? 3 : 20, 0, options.progress);
  const counts = outcomes.map((each, index) => `${servers[index]!.name} ${total(each, mode.kind)}`);
  options.progress(`${mode.what}: ${counts.join(', ')}`);
  const what = `drain, ${mode.what}`;
  return {
    kind: 'comparison',
    bench: 'faults',
    what,
    unit: '% answered',
    ours: ours!,
    peer: peer!,
    goal: GOAL,
  };
}

function answered(outcome: Outcome, kind: Mode['kind']): number {
  const { tried, lost } = outcome[kind];
  return tried === 0 ? 100 : (100 * (tried - lost)) / tried;
}

function total(outcomes: readonly Outcome[], kind: Mode['kind']): string {
  const sum = (part: 'tried' | 'lost') => outcomes.reduce((all, outcome) => all + outcome[kind][part], 0);
  return `${sum('lost')} lost of ${sum('tried')}`;
}

async function drain(
  { file, args }: Server,
  { keepAlive, thinkMs }: Mode,
  { quick }: RunOptions,
): Promise<Outcome> {
  const child = start(file, args, { stdout: 'pipe' });
  try {
    const url = await firstLine(child, urlIn);
    const gone = once(child, 'exit');
    return await drainUnderLoad(
      url,
      { clients: CLIENTS, keepAlive, thinkMs, beforeMs: quick ? 300 : 1000 },
      async () => {
        child.kill('SIGTERM');
        await gone;
      },
    );
  } finally {
    await end(child);
  }
}

function urlIn(line: string): string | undefined {
  const { message, url } = JSON.parse(line) as { message?: unknown; url?: unknown };
  return message === 'listening' && typeof url === 'string' ? url : undefined;
}
