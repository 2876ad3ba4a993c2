/**
 * Requests per second of `httpServer` against bare Fastify, both as executables of the same build: bundled, with
 * code cache, on the same Node.js. Every sample has a server process of its own, warmed up before, so that one
 * lucky or unlucky compilation by V8 does not decide. The server has one core, wrk the other. The server's CPU time
 * for each request is shown beside it: it tells the same on a machine that has other work to do.
 */

import type { ChildProcess } from 'node:child_process';
import { canPin, cpuSeconds, end, firstLine, start } from '../children.ts';
import { buildBenchService, buildFastify } from '../executables.ts';
import { fetchText } from '../fetch-text.ts';
import { type Contender, interleave } from '../rounds.ts';
import type { Goal } from '../stats.ts';
import { type Bench, BenchError, type Row, type RunOptions, type Series } from '../types.ts';
import { hasWrk, type Load, loadFor } from '../wrk.ts';

const GOAL: Goal = { kind: 'at least', ratio: 0.95 };
const SERVER_CORE = 0;
const LOAD_CORE = 1;

const LOADS: Readonly<Record<string, Load>> = {
  hello: { method: 'GET', path: '/' },
  'echo 1 KB JSON': { method: 'POST', path: '/echo', body: jsonOf(1024) },
};

interface Server {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

export const httpBench: Bench = {
  name: 'http',
  about: 'hello and 1 KB JSON echo, requests a second, against bare Fastify',
  async run(options) {
    if (!hasWrk()) return skipped('wrk is not on PATH (apt-get install wrk)');
    const args = ['httpServer', '--port', '0', '--host', '127.0.0.1'];
    const servers: Server[] = [
      { name: 'amphi httpServer', file: await buildBenchService(options), args },
      { name: 'bare Fastify', file: await buildFastify(options), args: [] },
    ];
    if (!canPin()) options.progress('without taskset and a second core, server and load share what there is');
    const rows: Row[] = [];
    for (const [what, load] of Object.entries(LOADS)) {
      await assertSameAnswers(servers, load);
      options.progress(what);
      const { rates, cpu } = await measure(servers, load, options);
      rows.push(comparison(what, 'requests/s', rates, GOAL));
      rows.push(comparison(what, 'CPU us/request', cpu));
    }
    return rows;
  },
};

function comparison(what: string, unit: string, [ours, peer]: Series[], goal?: Goal): Row {
  return { kind: 'comparison', bench: 'http', what, unit, ours: ours!, peer: peer!, goal };
}

function skipped(reason: string): Row[] {
  return Object.keys(LOADS).map((what) => ({
    kind: 'skipped',
    bench: 'http',
    what,
    peer: 'bare Fastify',
    reason,
  }));
}

async function measure(servers: readonly Server[], load: Load, { quick, progress }: RunOptions) {
  const [warmup, seconds] = quick ? [2, 3] : [3, 10];
  const cpu = servers.map(({ name }): Series => ({ name, samples: [] }));
  const contenders = servers.map((server, at): Contender => {
    const sample = () =>
      serving(server, async (url, child) => {
        await loadFor(url, load, warmup!, LOAD_CORE);
        const before = cpuSeconds(child);
        const { rate, requests } = await loadFor(url, load, seconds!, LOAD_CORE);
        cpu[at]!.samples.push(((cpuSeconds(child) - before) / requests) * 1e6);
        return rate;
      });
    return { name: server.name, sample };
  });
  return { rates: await interleave(contenders, quick ? 3 : 10, 0, progress), cpu };
}

async function serving<T>(
  { file, args }: Server,
  use: (url: string, child: ChildProcess) => Promise<T>,
): Promise<T> {
  const child = start(file, args, { stdout: 'pipe', core: SERVER_CORE });
  try {
    return await use(await firstLine(child, urlIn), child);
  } finally {
    await end(child);
  }
}

/** From the JSON log line `{"message":"listening","url":...}`. */
function urlIn(line: string): string | undefined {
  try {
    const { message, url } = JSON.parse(line) as { message?: unknown; url?: unknown };
    return message === 'listening' && typeof url === 'string' ? url : undefined;
  } catch {
    return undefined;
  }
}

/** Two servers that answer differently are not doing the same work. */
async function assertSameAnswers(servers: readonly Server[], load: Load): Promise<void> {
  const answers = [];
  for (const server of servers) answers.push(await serving(server, (url) => fetchText(url, load)));
  const [ours, peer] = answers.map((answer) => JSON.stringify(answer));
  if (ours !== peer) throw new BenchError(`the answers differ: ${ours} and ${peer}`);
}

/** A JSON object of exactly so many bytes, of the kinds of values that services exchange. */
function jsonOf(bytes: number): string {
  const items = Array.from({ length: 8 }, (_, id) => ({
    id,
    name: `item ${id}`,
    price: id * 1.25,
    sold: id % 2 === 0,
  }));
  const bare = JSON.stringify({ order: 'A-1027', customer: { name: 'Ada', vip: true }, items, note: '' });
  const note = 'n'.repeat(bytes - bare.length);
  return `${bare.slice(0, -2)}${note}"}`;
}
