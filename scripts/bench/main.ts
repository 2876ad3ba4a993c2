/**
 * `npm run bench -- [name...] [--quick] [--json [FILE]]`: measures against peers, in interleaved rounds of one run.
 * Exit code: 0, 1 when a goal is missed, a row was skipped or a benchmark failed, 2 for a wrong command line.
 */
import { BuildError } from '../../src/build/executable/errors.ts';
import { writeCurves } from './curves/page.ts';
import { append, entryOf, figuresBefore } from './history.ts';
import { generator } from './load/index.ts';
import { type CommandLine, HISTORY, OUT_DIR, readCommandLine, shortPath } from './options.ts';
import { exitCodeOf, table } from './report.ts';
import { costBench } from './rows/cost.ts';
import { curvesBench } from './rows/curves.ts';
import { eventBench } from './rows/event.ts';
import { faultsBench } from './rows/faults.ts';
import { httpBench } from './rows/http.ts';
import { loopBench } from './rows/loop.ts';
import { memoryBench } from './rows/memory.ts';
import { processesBench } from './rows/processes.ts';
import { sizeBench } from './rows/size.ts';
import { startBench } from './rows/start.ts';
import { workerBench } from './rows/worker.ts';
import { type Bench, BenchError, type Generator, type Row } from './types.ts';

const BENCHES: readonly Bench[] = [
  startBench,
  httpBench,
  loopBench,
  eventBench,
  workerBench,
  faultsBench,
  processesBench,
  memoryBench,
  sizeBench,
  curvesBench,
  costBench,
];

function help(): string {
  const names = BENCHES.map(({ name, about }) => `  ${name.padEnd(11)}${about}`);
  const flags = [
    '  --quick        few short rounds: shows that it works, proves no goal',
    `  --json [FILE]  adds every sample to a history file, by default ${shortPath(HISTORY)}, and shows the last run`,
    `  --out DIR      where curves are drawn, by default ${shortPath(OUT_DIR)}`,
    '  --load NAME    wrk or autocannon; by default wrk where it is on PATH',
  ];
  return ['Usage: npm run bench -- [name...] [flags]', ...names, ...flags].join('\n');
}

/** Runs what was asked for; one that fails does not keep the others from running. */
async function runAll(
  { names, quick }: CommandLine,
  load: Generator,
): Promise<{ rows: Row[]; failed: boolean }> {
  const rows: Row[] = [];
  let failed = false;
  for (const bench of BENCHES.filter(({ name }) => names.includes(name))) {
    const progress = (text: string) => void process.stderr.write(`${bench.name}: ${text}\n`);
    try {
      rows.push(...(await bench.run({ quick, load, progress })));
    } catch (error) {
      failed = true;
      progress(`FAILED: ${textOf(error)}`);
    }
  }
  return { rows, failed };
}

function textOf(error: unknown): string {
  const expected = error instanceof BenchError || error instanceof BuildError;
  return expected ? error.message : ((error as Error)?.stack ?? String(error));
}

async function main(argv: readonly string[]): Promise<number> {
  const asked = readCommandLine(
    argv,
    BENCHES.map(({ name }) => name),
  );
  if (asked.help) {
    console.log(help());
    return 0;
  }
  const run = { quick: asked.quick, load: generator(asked.load) };
  // A history that cannot be read is told before hours of measuring.
  const before = asked.json === undefined ? undefined : await figuresBefore(asked.json, run);
  const { rows, failed } = await runAll(asked, run.load);
  console.log(table(rows, before));
  if (asked.quick) console.log('\nQuick rounds are noisy: only a full run tells whether a goal is met.');
  await keep(rows, asked, run);
  return failed ? 1 : exitCodeOf(rows);
}

async function keep(
  rows: readonly Row[],
  { json, out }: CommandLine,
  run: { quick: boolean; load: string },
): Promise<void> {
  const entry = await entryOf(rows, run);
  if (json !== undefined && rows.length > 0) await append(json, entry);
  const about = `${entry.date}, ${entry.commit ?? 'no commit'}, ${entry.cpu}, Node.js ${entry.node}${run.quick ? ', quick' : ''}`;
  const page = await writeCurves(rows, out, about);
  if (page !== undefined) console.log(`\ncurves: ${shortPath(page)}`);
}

try {
  // Not process.exit: standard output may still be on its way.
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof BenchError;
  console.error(`bench: ${textOf(error)}`);
  process.exitCode = usage ? 2 : 1;
}
