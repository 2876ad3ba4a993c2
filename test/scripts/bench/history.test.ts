import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { append, entryOf, figuresBefore } from '../../../scripts/bench/history.ts';
import { BenchError, type Row } from '../../../scripts/bench/types.ts';

const RUN = { quick: false, load: 'wrk' };

const comparison = (ours: number[], what = 'exec'): Row => ({
  kind: 'comparison',
  bench: 'start',
  what,
  unit: 'ms',
  ours: { name: 'amphi', samples: ours },
  peer: { name: 'bare', samples: [10, 10] },
});

const SKIPPED: Row = { kind: 'skipped', bench: 'loop', what: 'loop', peer: 'ric', reason: 'no cmake' };

t.test('an entry holds each sample, spreads, verdicts and where it was measured', async (t) => {
  const limit: Row = {
    kind: 'limit',
    bench: 'size',
    what: 'build',
    unit: 's',
    ours: { name: 'amphi', samples: [1, 3] },
    below: 6,
  };
  const entry = await entryOf([comparison([12, 14]), limit, SKIPPED], RUN);
  t.match(entry, {
    date: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
    node: /^v24\./,
    cpu: /^\d+ x /,
    quick: false,
    load: 'wrk',
    rows: [
      {
        ours: { samples: [12, 14] },
        spreads: { ours: { median: 13 } },
        ratio: { median: 1.3 },
        verdict: 'no goal',
      },
      { ours: { samples: [1, 3] }, spread: { median: 2 }, verdict: 'met' },
      { kind: 'skipped', reason: 'no cmake', verdict: 'SKIPPED' },
    ],
  });
  t.same(entry.figures, { 'start, exec, ms, bare': 1.3, 'size, build, s': 2 });
  t.equal(entry.loadAverage.length, 3);
});

t.test('a run is one line, and the latest figure of each row is found again', async (t) => {
  const file = join(t.testdir({}), 'deep', 'history.jsonl');
  t.equal(await figuresBefore(file, RUN), undefined, 'no run yet');
  await append(file, await entryOf([comparison([12, 12]), comparison([20, 20], 'answer')], RUN));
  await append(file, await entryOf([comparison([11, 11])], RUN));
  await append(file, await entryOf([comparison([90, 90])], { ...RUN, quick: true }));
  await append(file, await entryOf([comparison([80, 80])], { ...RUN, load: 'autocannon' }));
  t.equal(readFileSync(file, 'utf8').split('\n').length, 5);
  t.same(
    await figuresBefore(file, RUN),
    new Map([
      ['start, exec, ms, bare', 1.1],
      ['start, answer, ms, bare', 2],
    ]),
  );
});

t.test('runs of another machine are no measure', async (t) => {
  const file = join(t.testdir({}), 'history.jsonl');
  await append(file, { ...(await entryOf([comparison([12, 12])], RUN)), cpu: '1 x abacus' });
  t.equal(await figuresBefore(file, RUN), undefined);
});

t.test('a file that is no history is refused, by the line that is wrong', async (t) => {
  const file = join(t.testdir({}), 'history.jsonl');
  await append(file, await entryOf([], RUN));
  writeFileSync(file, '{"figures', { flag: 'a' });
  await t.rejects(figuresBefore(file, RUN), { name: 'BenchError', message: /history\.jsonl:2: .*JSON/ });
  writeFileSync(file, '{"rows":[]}\n');
  await t.rejects(figuresBefore(file, RUN), BenchError);
  await t.rejects(figuresBefore(file, RUN), {
    message: `${file}:1: it has no figures, so it is no line of a history`,
  });
});
