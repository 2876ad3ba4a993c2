/**
 * Time of each parser for an input against 64 times that for a sixty-fourth of it: what grows faster than its input lets one
 * request take the time of all others. Caches, the collector and V8's ways to keep large objects make up to 2.5 of what is
 * linear; n to the power of 1.5 shows 8, and what is quadratic 64.
 */

import type { CostCase } from '../cost/case.ts';
import { eventCosts } from '../cost/events.ts';
import { FORMS } from '../cost/forms.ts';
import { REQUESTS } from '../cost/requests.ts';
import { TOOLS } from '../cost/tools.ts';
import { interleave } from '../rounds.ts';
import type { Goal } from '../stats.ts';
import type { Bench, Row, RunOptions } from '../types.ts';

const STEP = 8;
const TIMES = STEP * STEP;
const GOAL: Goal = { kind: 'at most', ratio: 3 };
/** Long enough to be told by a clock. */
const SAMPLE_MS = 10;
const QUICK_SAMPLE_MS = 1;

export const costBench: Bench = {
  name: 'cost',
  about: 'time of each parser for 64 times the input',
  async run(options) {
    const rows: Row[] = [];
    for (const each of [...REQUESTS, ...FORMS, ...(await eventCosts()), ...TOOLS])
      rows.push(await measure(each, options));
    return rows;
  },
};

async function measure({ what, size, make }: CostCase, { quick, progress }: RunOptions): Promise<Row> {
  const sampleMs = quick ? QUICK_SAMPLE_MS : SAMPLE_MS;
  const [small, large] = [make(Math.ceil(size / STEP)), make(size * STEP)];
  // Whatever is compiled on the way is so for both.
  for (let n = 0; n < 3; n++) for (const run of [small, large]) await timeOf(run, sampleMs);
  const contenders = [
    { name: `input times ${TIMES}`, sample: () => timeOf(large, sampleMs) },
    { name: `time times ${TIMES}`, sample: async () => TIMES * (await timeOf(small, sampleMs)) },
  ];
  const [ours, peer] = await interleave(contenders, quick ? 3 : 9, 0, () => {});
  progress(`${what}: ${ours!.samples.at(-1)!.toFixed(3)} ms`);
  return { kind: 'comparison', bench: 'cost', what, unit: 'ms', ours: ours!, peer: peer!, goal: GOAL };
}

/** Milliseconds of one run, of as many as take a while. */
async function timeOf(run: () => unknown, sampleMs: number): Promise<number> {
  const start = performance.now();
  let [runs, spent] = [0, 0];
  while (spent < sampleMs) {
    const result = run();
    if (result instanceof Promise) await result;
    runs++;
    spent = performance.now() - start;
  }
  return spent / runs;
}
