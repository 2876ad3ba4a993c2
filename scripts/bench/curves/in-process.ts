/** Curves of what needs no server: every sample has a process of its own. */
import { join } from 'node:path';
import { NODE, runTool } from '../children.ts';
import { interleave } from '../rounds.ts';
import type { Row, RunOptions } from '../types.ts';
import { pointRows } from './point.ts';

const WORKER = join(import.meta.dirname, '..', 'services', 'curve-worker.ts');

export interface InProcess {
  readonly curve: string;
  readonly axis: string;
  readonly unit: string;
  readonly sizes: readonly number[];
  /** Of the worker, ours first, with the names they are shown by. */
  readonly contenders: Readonly<Record<string, string>>;
  /** Runs a second into the unit. */
  readonly of: (rate: number) => number;
}

const perRun = (rate: number) => 1e6 / rate;

export const IN_PROCESS: readonly InProcess[] = [
  {
    curve: 'dispatch',
    axis: 'routes',
    unit: 'CPU us/request',
    sizes: [10, 100, 1000, 10_000],
    contenders: {
      'dispatch amphi': 'amphi',
      'dispatch find-my-way': 'find-my-way',
      'dispatch hono': 'Hono',
    },
    of: perRun,
  },
  {
    curve: 'SQS batch',
    axis: 'records',
    unit: 'CPU us/record',
    sizes: [10, 100, 1000, 10_000],
    contenders: { 'batch amphi': 'amphi', 'batch powertools': 'Powertools for AWS Lambda' },
    of: perRun,
  },
];

export async function inProcessRows(curve: InProcess, { quick, progress }: RunOptions): Promise<Row[]> {
  const [warmupMs, measuredMs] = quick ? [200, 200] : [1000, 2000];
  const rows: Row[] = [];
  for (const size of curve.sizes) {
    progress(`${curve.curve}, ${size} ${curve.axis}`);
    const contenders = Object.entries(curve.contenders).map(([name, shown]) => ({
      name: shown,
      async sample() {
        const args = [WORKER, name, String(size), String(warmupMs), String(measuredMs)];
        const text = await runTool(NODE, args, { env: {}, timeoutMs: 120_000 });
        return curve.of((JSON.parse(text) as { rate: number }).rate);
      },
    }));
    const series = await interleave(contenders, quick ? 2 : 7, 0, progress);
    rows.push(...pointRows({ ...curve, x: size }, series));
  }
  return rows;
}
