/**
 * From exec to the first GET /next and to the first answer, and until a server listens, in milliseconds. The clock starts
 * before `spawn`, so fork and exec count for every contender alike. For `node -e 0`, which asks for nothing, it stops when
 * the process is gone. As that includes the end of the process, a second reference asks for /next like the others do, with
 * the least code that can: node:net in a script given by -e.
 *
 * Once with warm pages, and once with the files of the contender taken out of the page cache before each start; libraries
 * of the system stay in it. CPU time is that of all threads until /next: it tells the same on a busy machine.
 */
import { NODE, start } from '../children.ts';
import {
  buildBenchService,
  buildFastify,
  buildSample,
  buildSdkService,
  buildSqsConsumer,
  bundleSdkFunction,
} from '../executables.ts';
import { findRic } from '../peers.ts';
import { type Contender, interleave } from '../rounds.ts';
import { cpuMillis, evict, freshCopy, type Reads, readsOf } from '../start/cold.ts';
import {
  amphi,
  exitTime,
  netClient,
  pollTime,
  type Runtime,
  readyTime,
  ric as ricRuntime,
  startTimes,
} from '../start/contenders.ts';
import { StartListener } from '../start/listener.ts';
import type { Goal } from '../stats.ts';
import type { Bench, Row, RunOptions, Series } from '../types.ts';
import { amphiWorker, sqsConsumer } from '../workers.ts';

const NODE_GOAL: Goal = { kind: 'at most', ratio: 1.05 };
const RIC_GOAL: Goal = { kind: 'at most', ratio: 0.8 };
const READY_GOAL: Goal = { kind: 'at most', ratio: 1.3 };

export const startBench: Bench = {
  name: 'start',
  about: 'exec to /next, to the first answer and to a ready server, warm and cold',
  async run(options) {
    const app = await freshCopy(await buildSample(options));
    const node = await freshCopy(NODE);
    const ric = await findRic(options.progress);
    const peers = [netClient(node), ...('found' in ric ? [ricRuntime(ric.found, node)] : [])];
    const runtimes = [amphi(app), ...peers];
    const rows: Row[] = [];
    if ('missing' in ric) {
      const skipped = {
        kind: 'skipped',
        bench: 'start',
        peer: 'aws-lambda-ric',
        reason: ric.missing,
      } as const;
      for (const what of ['exec to /next', 'exec to the first answer']) rows.push({ ...skipped, what });
    }
    const listener = new StartListener();
    await listener.listen();
    try {
      rows.push(...(await warmRows(runtimes, node, listener, options)));
      rows.push(...(await coldRows(runtimes, listener, options)));
      if ('found' in ric) rows.push(...(await sdkRows(ric.found, node, listener, options)));
    } finally {
      await listener.close();
    }
    return [...rows, await readyRow(options), await pollRow(options)];
  },
};

function comparison(what: string, unit: string, ours: Series, peer: Series, goal?: Goal): Row {
  return { kind: 'comparison', bench: 'start', what, unit, ours, peer, ...(goal && { goal }) };
}

type Samples = ReadonlyMap<string, number[]>;

/** Starts until /next; the samples of the first answer and of CPU time, by name, are taken on the way. */
function starts(runtimes: readonly Runtime[], listener: StartListener) {
  const samples = () => new Map(runtimes.map(({ name }) => [name, [] as number[]]));
  const [answers, cpu] = [samples(), samples()];
  const contenders = runtimes.map((runtime): Contender => {
    const { name } = runtime;
    const atNext = ({ pid }: { pid?: number | undefined }) => void cpu.get(name)!.push(cpuMillis(pid!));
    return {
      name,
      async sample() {
        const { next, answer } = await startTimes(runtime, listener, atNext);
        if (answer !== undefined) answers.get(name)!.push(answer);
        return next;
      },
    };
  });
  return { contenders, answers, cpu };
}

async function warmRows(
  runtimes: readonly Runtime[],
  node: string,
  listener: StartListener,
  options: RunOptions,
): Promise<Row[]> {
  const { contenders, answers, cpu } = starts(runtimes, listener);
  const exits = () => exitTime('node -e 0', () => start(node, ['-e', '0']));
  const [rounds, warmups] = roundsOf(options);
  const all = [...contenders, { name: 'node -e 0', sample: exits }];
  const series = await interleave(all, rounds, warmups, options.progress);
  const [ours, client, ric] = series;
  const side = (of: Samples, { name }: Series) => ({ name, samples: of.get(name)!.slice(warmups) });
  const cpuRow = (peer: Series) => comparison('exec to /next', 'CPU ms', side(cpu, ours!), side(cpu, peer));
  const rows = [
    comparison('exec to /next', 'ms', ours!, series.at(-1)!, NODE_GOAL),
    comparison('exec to /next', 'ms', ours!, client!),
    cpuRow(client!),
  ];
  if (runtimes.length < 3) return rows;
  rows.push(comparison('exec to /next', 'ms', ours!, ric!, RIC_GOAL), cpuRow(ric!));
  rows.push(
    comparison('exec to the first answer', 'ms', side(answers, ours!), side(answers, ric!), RIC_GOAL),
  );
  return rows;
}

const MEASURES: readonly { what: string; unit: string; of: (reads: Reads) => number }[] = [
  { what: 'read from disk by /next', unit: 'MB', of: ({ bytes }) => bytes / 1e6 },
  { what: 'read from disk by /next', unit: 'pages of 4 KB', of: ({ bytes }) => bytes / 4096 },
  { what: 'waited for the disk by /next', unit: 'major faults', of: ({ faults }) => faults },
];

/** What a service of its own size takes: 1.3 MB of source, most of it the AWS SDK. */
async function sdkRows(
  ric: string,
  node: string,
  listener: StartListener,
  options: RunOptions,
): Promise<Row[]> {
  const app = await freshCopy(await buildSdkService(options));
  const runtimes = [
    amphi(app, 'amphi, AWS SDK'),
    ricRuntime(ric, node, await bundleSdkFunction(), 'aws-lambda-ric, AWS SDK'),
  ];
  const { contenders, answers } = starts(runtimes, listener);
  const [rounds, warmups] = roundsOf(options);
  const [ours, peer] = await interleave(contenders, rounds, warmups, options.progress);
  const side = ({ name }: Series) => ({ name, samples: answers.get(name)!.slice(warmups) });
  return [
    comparison('exec to /next with two clients of the AWS SDK', 'ms', ours!, peer!, RIC_GOAL),
    comparison('exec to the first answer with them', 'ms', side(ours!), side(peer!), RIC_GOAL),
  ];
}

const roundsOf = ({ quick }: RunOptions): [number, number] => (quick ? [10, 2] : [40, 5]);

async function coldRows(
  runtimes: readonly Runtime[],
  listener: StartListener,
  { quick, progress }: RunOptions,
): Promise<Row[]> {
  const reads = runtimes.map((): Reads[] => []);
  const contenders = runtimes.map(
    (runtime, at): Contender => ({
      name: `${runtime.name}, cold`,
      async sample() {
        await evict(runtime.files);
        const { next } = await startTimes(
          runtime,
          listener,
          ({ pid }) => void reads[at]!.push(readsOf(pid!)),
        );
        return next;
      },
    }),
  );
  const times = await interleave(contenders, quick ? 3 : 20, 0, progress);
  const named = (samples: number[], at: number): Series => ({ name: runtimes[at]!.name, samples });
  const rows: Row[] = [];
  for (let at = 1; at < runtimes.length; at++) {
    const what = 'exec to /next, cold page cache';
    rows.push(comparison(what, 'ms', named(times[0]!.samples, 0), named(times[at]!.samples, at)));
    for (const measure of MEASURES) {
      const [ours, peer] = [reads[0]!.map(measure.of), reads[at]!.map(measure.of)];
      if (peer.some((value) => value === 0)) rows.push(nothingRead(measure.what, runtimes[at]!.name));
      else rows.push(comparison(measure.what, measure.unit, named(ours, 0), named(peer, at)));
    }
  }
  return rows;
}

/** As where the files are in memory anyway. */
function nothingRead(what: string, peer: string): Row {
  const reason = 'the page cache kept the files, or their file system counts no reads';
  return { kind: 'skipped', bench: 'start', what, peer, reason };
}

async function readyRow(options: RunOptions): Promise<Row> {
  const app = await freshCopy(await buildBenchService(options));
  const fastify = await freshCopy(await buildFastify(options));
  const args = ['httpServer', '--port', '0', '--host', '127.0.0.1'];
  const contenders = [
    { name: 'amphi httpServer', sample: () => readyTime('amphi httpServer', app, args) },
    { name: 'bare Fastify', sample: () => readyTime('bare Fastify', fastify, []) },
  ];
  const [rounds, warmups] = roundsOf(options);
  const [ours, peer] = await interleave(contenders, rounds, warmups, options.progress);
  return comparison('exec to a ready server', 'ms', ours!, peer!, READY_GOAL);
}

async function pollRow(options: RunOptions): Promise<Row> {
  const workers = [
    amphiWorker(await freshCopy(await buildBenchService(options))),
    sqsConsumer(await freshCopy(await buildSqsConsumer(options))),
  ];
  const contenders = workers.map((worker) => ({
    name: worker.name,
    sample: () => pollTime(worker),
  }));
  const [rounds, warmups] = roundsOf(options);
  const [ours, peer] = await interleave(contenders, rounds, warmups, options.progress);
  return comparison('exec to the first poll of a queue', 'ms', ours!, peer!);
}
