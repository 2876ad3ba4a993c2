/**
 * `httpServer --processes N` against one process: requests a second, and what is lost in rolling restarts. The processes
 * may use every core, and the load is made on the same machine: a handler of some 0.3 ms of work keeps it a small part of the load,
 * which the row of its CPU time shows. The hello tells what is left where it is not.
 */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSecondsOf, end, start } from '../children.ts';
import { buildBenchService } from '../executables.ts';
import { askWhile, type Outcome } from '../faults/load.ts';
import { listening, outcomesOf, type Server, tally } from '../faults/servers.ts';
import { loadFor } from '../load/index.ts';
import type { Load } from '../load/types.ts';
import { type Contender, interleave } from '../rounds.ts';
import type { Goal } from '../stats.ts';
import type { Bench, Row, RunOptions, Series } from '../types.ts';

const GOAL: Goal = { kind: 'at least', ratio: 1.8 };
const FRESH_GOAL = 0.001;
const CLIENTS = 60;
const RESTART_MS = 60_000;

const LOADS: readonly { readonly what: string; readonly load: Load; readonly goal?: Goal }[] = [
  { what: 'work of 0.3 ms, kept-alive', load: { method: 'GET', path: '/busy' }, goal: GOAL },
  { what: 'work of 0.3 ms, new connections', load: { method: 'GET', path: '/busy', fresh: true } },
  { what: 'hello, kept-alive', load: { method: 'GET', path: '/' } },
  { what: 'hello, new connections', load: { method: 'GET', path: '/', fresh: true } },
];

export const processesBench: Bench = {
  name: 'processes',
  about: 'httpServer of one process each core against one process; losses of rolling restarts',
  async run(options) {
    const count = Math.max(2, availableParallelism());
    const file = await buildBenchService(options);
    const servers = [serverOf(file, count), serverOf(file, 1)];
    return [...(await rateRows(servers, options)), ...(await restartRows(servers, options))];
  },
};

function serverOf(file: string, processes: number): Server {
  return {
    name: processes === 1 ? 'one process' : `${processes} processes`,
    file,
    args: (port) => [
      ...['httpServer', '--host', '127.0.0.1', '--port', String(port)],
      ...['--processes', String(processes)],
    ],
    env: {},
  };
}

async function rateRows(servers: readonly Server[], options: RunOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { what, load, goal } of LOADS) {
    options.progress(what);
    const { rates, cpu } = await measure(servers, load, options);
    const row = { kind: 'comparison', bench: 'processes', what } as const;
    rows.push({ ...row, unit: 'requests/s', ours: rates[0]!, peer: rates[1]!, ...(goal && { goal }) });
    rows.push({ ...row, unit: 'CPU us/request', ours: cpu[0]!, peer: cpu[1]! });
  }
  return rows;
}

async function measure(servers: readonly Server[], load: Load, { quick, progress, load: by }: RunOptions) {
  const [warmup, seconds] = quick ? [1, 3] : [2, 6];
  const cpu = servers.map(({ name }): Series => ({ name, samples: [] }));
  const contenders = servers.map((server, at): Contender => {
    const sample = () =>
      serving(server, async (url, child) => {
        await loadFor(by, url, load, warmup!);
        const before = cpuOfAll(child.pid!);
        const { rate, requests } = await loadFor(by, url, load, seconds!);
        cpu[at]!.samples.push(((cpuOfAll(child.pid!) - before) / requests) * 1e6);
        return rate;
      });
    return { name: server.name, sample };
  });
  return { rates: await interleave(contenders, quick ? 3 : 6, 0, progress), cpu };
}

async function serving<T>(
  { file, args, env }: Server,
  use: (url: string, child: ChildProcess) => Promise<T>,
): Promise<T> {
  const child = start(file, args(0), { env, stdout: 'pipe' });
  try {
    return await use(await listening(child), child);
  } finally {
    // Its processes notice.
    await end(child);
  }
}

/** Of a process and those that it started. */
function cpuOfAll(pid: number): number {
  const started = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...started].reduce((sum, each) => sum + cpuSecondsOf(each), 0);
}

/** SIGHUP while clients ask in a closed loop, beside the same without one. */
async function restartRows([many]: readonly Server[], options: RunOptions): Promise<Row[]> {
  const rows: Row[] = [];
  const modes = [
    { kind: 'kept', what: 'rolling restart, kept-alive', goal: 0, thinkMs: 0 },
    { kind: 'kept', what: 'rolling restart, kept-alive, think time up to 20 ms', goal: 0, thinkMs: 20 },
    { kind: 'fresh', what: 'rolling restart, new connections', goal: FRESH_GOAL, thinkMs: 0 },
  ] as const;
  for (const { kind, what, goal, thinkMs } of modes) {
    options.progress(what);
    const rounds = options.quick ? 1 : 5;
    const restarts = options.quick ? 1 : 3;
    const calm = { ...many!, name: 'without a restart' };
    const outcomes = await outcomesOf(
      [many!, calm],
      rounds,
      (server) => restarted(server, kind === 'kept', thinkMs, server === calm ? 0 : restarts),
      (outcome) => everyLoss(outcome, kind).lost,
      options.progress,
    );
    const [ours, peer] = outcomes.map((each, index) =>
      tally(
        [many!, calm][index]!.name,
        each.map((outcome) => everyLoss(outcome, kind)),
      ),
    );
    rows.push({ kind: 'losses', bench: 'processes', what, rounds, ours: ours!, peer: peer!, goal });
  }
  return rows;
}

/** Somebody listens all the time: a refusal is a loss as well. */
function everyLoss(outcome: Outcome, kind: 'kept' | 'fresh') {
  const { tried, lost } = outcome[kind];
  return { tried: tried + outcome.refused, lost: lost + outcome.refused };
}

function restarted(server: Server, keepAlive: boolean, thinkMs: number, restarts: number): Promise<Outcome> {
  return serving(server, async (url, child) => {
    let done = 0;
    child.stdout!.on('data', (text) => {
      done += String(text).split('"message":"restarted"').length - 1;
    });
    const load = { clients: CLIENTS, keepAlive, thinkMs, persistent: true };
    return askWhile(url, load, async () => {
      await sleep(500);
      for (let n = 1; n <= restarts; n++) {
        child.kill('SIGHUP');
        const latest = performance.now() + RESTART_MS;
        while (done < n && performance.now() < latest) await sleep(20);
        if (done < n) throw new Error('the restart did not end in time');
      }
      await sleep(500);
    });
  });
}
