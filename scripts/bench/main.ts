/**
 * `npm run bench -- [name...] [--quick] [--json FILE]`: measures against peers, in interleaved rounds of one run.
 * Exit code: 0, 1 when a goal is missed or a benchmark failed, 2 for a wrong command line.
 */
import { writeFile } from 'node:fs/promises';
import { BuildError } from '../../src/build/executable/errors.ts';
import { type CommandLine, readCommandLine } from './options.ts';
import { document, exitCodeOf, table } from './report.ts';
import { costBench } from './rows/cost.ts';
import { eventBench } from './rows/event.ts';
import { faultsBench } from './rows/faults.ts';
import { httpBench } from './rows/http.ts';
import { loopBench } from './rows/loop.ts';
import { memoryBench } from './rows/memory.ts';
import { processesBench } from './rows/processes.ts';
import { startBench } from './rows/start.ts';
import { workerBench } from './rows/worker.ts';
import { type Bench, BenchError, type Row } from './types.ts';

const BENCHES: readonly Bench[] = [
  startBench,
  httpBench,
  loopBench,
  eventBench,
  workerBench,
  faultsBench,
  processesBench,
  memoryBench,
  costBench,
];

function help(): string {
  const names = BENCHES.map(({ name, about }) => `  ${name.padEnd(11)}${about}`);
  const flags = [
    '  --quick      few short rounds: shows that it works, proves no goal',
    '  --json FILE  writes every sample',
  ];
  return ['Usage: npm run bench -- [name...] [--quick] [--json FILE]', ...names, ...flags].join('\n');
}

/** Runs what was asked for; one that fails does not keep the others from running. */
async function runAll({ names, quick }: CommandLine): Promise<{ rows: Row[]; failed: boolean }> {
  const rows: Row[] = [];
  let failed = false;
  for (const bench of BENCHES.filter(({ name }) => names.includes(name))) {
    const progress = (text: string) => void process.stderr.write(`${bench.name}: ${text}\n`);
    try {
      rows.push(...(await bench.run({ quick, progress })));
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
  const { rows, failed } = await runAll(asked);
  console.log(table(rows));
  if (asked.quick) console.log('\nQuick rounds are noisy: only a full run tells whether a goal is met.');
  if (asked.json !== undefined) {
    await writeFile(asked.json, `${JSON.stringify(document(rows, asked.quick), undefined, 2)}\n`);
  }
  return failed ? 1 : exitCodeOf(rows);
}

try {
  // Not process.exit: standard output may still be on its way.
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof BenchError;
  console.error(`bench: ${textOf(error)}`);
  process.exitCode = usage ? 2 : 1;
}
