/**
 * `httpServer` against bare Fastify, Hono on its server for Node.js and node:http, all as executables of the same build:
 * bundled, with code cache, on the same Node.js. Every sample has a server process of its own, warmed up before, so that
 * one lucky or unlucky compilation by V8 does not decide. The server has one core, the load the other.
 *
 * What decides is how many requests a second of the server's CPU time answers (proc(5): user and system): it tells the
 * same on a machine that has other work to do. Requests per second are shown beside it.
 */
import { canPin, cpuSeconds } from '../children.ts';
import { fetchText } from '../fetch-text.ts';
import { httpServers, LOAD_CORE, type Server, serving } from '../http-server.ts';
import { loadFor } from '../load/index.ts';
import type { Load } from '../load/types.ts';
import { type Contender, interleave } from '../rounds.ts';
import type { Goal } from '../stats.ts';
import { type Bench, BenchError, type Row, type RunOptions, type Series } from '../types.ts';

const GOAL: Goal = { kind: 'at least', ratio: 1.05 };

/** Of an answer, in an error. */
const SHOWN = 200;

interface Case {
  readonly what: string;
  readonly load: Load;
  /** Against bare Fastify, per CPU second. */
  readonly goal?: Goal;
}

const CASES: readonly Case[] = [
  { what: 'hello', load: { method: 'GET', path: '/' }, goal: GOAL },
  { what: 'echo 1 KB JSON', load: { method: 'POST', path: '/echo', body: jsonOf(1024) }, goal: GOAL },
  { what: 'parameter and query', load: { method: 'GET', path: '/users/17?limit=20&tag=red&tag=big' } },
  { what: '10 KB JSON reply', load: { method: 'GET', path: '/list' } },
  { what: '1 KB JSON, checked', load: { method: 'POST', path: '/orders', body: jsonOf(1024) } },
  {
    what: '100 KB body',
    load: {
      method: 'POST',
      path: '/upload',
      body: 'b'.repeat(100 * 1024),
      type: 'application/octet-stream',
    },
  },
  { what: 'stream of 16 KB', load: { method: 'GET', path: '/stream' } },
];

export const httpBench: Bench = {
  name: 'http',
  about: 'requests a second of CPU time and of time, against bare Fastify, Hono and node:http',
  async run(options) {
    const servers = await httpServers(['fastify', 'hono', 'node'], options);
    if (!canPin()) options.progress('without taskset and a second core, server and load share what there is');
    for (const { load } of CASES) await assertSameAnswers(servers, load);
    const rows: Row[] = [];
    for (const each of CASES) {
      options.progress(each.what);
      const { rates, perCpu } = await measure(servers, each.load, options);
      rows.push(...comparisons(each.what, 'requests/CPU s', perCpu, each.goal));
      rows.push(...comparisons(each.what, 'requests/s', rates));
    }
    return rows;
  },
};

/** The goal is for the first of the peers. */
function comparisons(what: string, unit: string, [ours, ...peers]: Series[], goal?: Goal): Row[] {
  return peers.map((peer, at) => ({
    kind: 'comparison',
    bench: 'http',
    what,
    unit,
    ours: ours!,
    peer,
    ...(at === 0 && goal ? { goal } : {}),
  }));
}

async function measure(
  servers: readonly Server[],
  load: Load,
  { quick, progress, load: by }: RunOptions,
): Promise<{ rates: Series[]; perCpu: Series[] }> {
  const [warmup, seconds] = quick ? [1, 1] : [2, 6];
  const perCpu = servers.map(({ name }): Series => ({ name, samples: [] }));
  const contenders = servers.map((server, at): Contender => {
    const sample = () =>
      serving(server, async (url, child) => {
        await loadFor(by, url, load, warmup!, LOAD_CORE);
        const before = cpuSeconds(child);
        const { rate, requests } = await loadFor(by, url, load, seconds!, LOAD_CORE);
        perCpu[at]!.samples.push(requests / (cpuSeconds(child) - before));
        return rate;
      });
    return { name: server.name, sample };
  });
  return { rates: await interleave(contenders, quick ? 2 : 10, 0, progress), perCpu };
}

/** Servers that answer differently are not doing the same work. */
async function assertSameAnswers(servers: readonly Server[], load: Load): Promise<void> {
  const answers = [];
  for (const server of servers) answers.push(await serving(server, (url) => fetchText(url, load)));
  const [ours, ...peers] = answers.map((answer) => JSON.stringify(answer));
  for (const [at, peer] of peers.entries()) {
    if (peer === ours) continue;
    const [one, other] = [ours!, peer].map((text) => text.slice(0, SHOWN));
    throw new BenchError(
      `${load.path}: the answer ${one} is another than ${servers[at + 1]!.name}'s ${other}`,
    );
  }
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
