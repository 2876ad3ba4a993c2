import t from 'tap';
import { exitCodeOf, keyOf, table, verdictOf } from '../../../scripts/bench/report.ts';
import { interleave } from '../../../scripts/bench/rounds.ts';
import { meets, quantile, ratioOf, spreadOf } from '../../../scripts/bench/stats.ts';
import type { Limit, Parts, Row } from '../../../scripts/bench/types.ts';

t.test('quantiles interpolate as those of R and NumPy do', async (t) => {
  t.equal(quantile([3, 1, 2], 0.5), 2);
  t.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  t.equal(quantile([7], 0.9), 7);
  t.equal(quantile([10, 20, 30, 40, 50], 0), 10);
  t.equal(quantile([10, 20, 30, 40, 50], 1), 50);
  t.same(spreadOf([11, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), { median: 6, p10: 2, p90: 10, count: 11 });
});

t.test('quantiles refuse what is no sample', async (t) => {
  t.throws(() => quantile([], 0.5), { message: 'quantile: there are no samples' });
  t.throws(() => quantile([1, Number.NaN], 0.5), { message: 'quantile: NaN is no sample' });
  t.throws(() => quantile([1, Number.POSITIVE_INFINITY], 0.5), {
    message: 'quantile: Infinity is no sample',
  });
  t.throws(() => quantile([1], 1.5), { message: 'quantile: 1.5 is not between 0 and 1' });
});

t.test('the samples are left as they are', async (t) => {
  const samples = [3, 1, 2];
  spreadOf(samples);
  t.same(samples, [3, 1, 2]);
});

t.test('a goal is met or not, its bound included where it says so', async (t) => {
  t.equal(meets({ kind: 'at most', ratio: 1.3 }, 1.3), true);
  t.equal(meets({ kind: 'at most', ratio: 1.3 }, 1.31), false);
  t.equal(meets({ kind: 'at least', ratio: 0.95 }, 0.95), true);
  t.equal(meets({ kind: 'at least', ratio: 0.95 }, 0.94), false);
  t.equal(meets({ kind: 'below', ratio: 1 }, 1), false);
  t.equal(meets({ kind: 'below', ratio: 1 }, 0.99), true);
  t.equal(meets({ kind: 'above', ratio: 1 }, 1), false);
  t.equal(meets({ kind: 'above', ratio: 1 }, 1.01), true);
});

t.test('a ratio is that of the medians, its spread that of the rounds', async (t) => {
  const ratio = ratioOf([10, 20, 90], [10, 10, 30], { kind: 'at most', ratio: 2 });
  t.equal(ratio.median, 2);
  t.equal(ratio.met, true);
  t.equal(ratio.count, 3);
  t.ok(Math.abs(ratio.p10 - 1.2) < 1e-9, 'of 1, 2, 3');
  t.ok(Math.abs(ratio.p90 - 2.8) < 1e-9, 'of 1, 2, 3');
  t.equal(ratioOf([1], [1]).met, undefined);
  t.throws(() => ratioOf([1, 2], [1]), { message: "ratio: 2 samples of ours, 1 of the peer's" });
  t.throws(() => ratioOf([1], [0]), { message: 'ratio: 0 is not positive' });
});

t.test('rounds are interleaved, begin with each in turn, and warm-ups do not count', async (t) => {
  const order: string[] = [];
  const contender = (name: string) => ({
    name,
    sample: async () => {
      order.push(name);
      return order.length;
    },
  });
  const series = await interleave([contender('a'), contender('b'), contender('c')], 2, 1, () => {});
  t.same(order, ['a', 'b', 'c', 'b', 'c', 'a', 'c', 'a', 'b']);
  t.same(series, [
    { name: 'a', samples: [6, 8] },
    { name: 'b', samples: [4, 9] },
    { name: 'c', samples: [5, 7] },
  ]);
});

function row(ours: number[], peer: number[], goal?: { kind: 'at most'; ratio: number }): Row {
  const bench = { bench: 'start', what: 'exec', unit: 'ms' };
  const series = { ours: { name: 'amphi', samples: ours }, peer: { name: 'bare', samples: peer } };
  return { kind: 'comparison', ...bench, ...series, goal };
}

const SKIPPED: Row = { kind: 'skipped', bench: 'loop', what: 'loop', peer: 'ric', reason: 'no cmake' };

t.test('a missed goal fails the run, and so does one that could not be measured', async (t) => {
  const goal = { kind: 'at most', ratio: 1.3 } as const;
  const met = row([12, 13], [10, 10], goal);
  const missed = row([14, 15], [10, 10], goal);
  const shown = row([99, 99], [10, 10]);
  t.same([met, missed, shown, SKIPPED].map(verdictOf), ['met', 'MISSED', 'no goal', 'SKIPPED']);
  t.equal(exitCodeOf([met, shown]), 0);
  t.equal(exitCodeOf([met, SKIPPED]), 1);
  t.equal(exitCodeOf([met, missed]), 1);
});

t.test('the table says what was measured, and why something was not', async (t) => {
  const text = table([row([12.04, 13, 14], [10, 10, 10], { kind: 'at most', ratio: 1.3 }), SKIPPED]);
  const lines = text.split('\n');
  t.equal(lines.length, 4);
  t.match(
    lines[2],
    /start +exec, ms, 3 rounds +13\.0 \(12\.2-13\.8\) +bare +10\.0 .* 1\.30 .* <= 1\.3 +met$/,
  );
  t.match(lines[3], /^loop +loop .* ric .* SKIPPED: no cmake$/);
});

function losses(lost: number, tried: number, goal: number): Row {
  const ours = { name: 'amphi', tried, lost, refused: 7 };
  const peer = { name: 'bare', tried: 9, lost: 8 };
  return { kind: 'losses', bench: 'faults', what: 'drain', rounds: 3, ours, peer, goal };
}

t.test('losses are shown with what was tried, and none at all is no success', async (t) => {
  const rows = [losses(0, 10, 0), losses(1, 10_000, 0), losses(1, 1000, 0.001), losses(2, 1000, 0.001)];
  t.same(rows.map(verdictOf), ['met', 'MISSED', 'met', 'MISSED']);
  t.equal(verdictOf(losses(0, 0, 0)), 'MISSED');
  t.match(
    table([losses(1, 1000, 0.001)]),
    /drain, lost, 3 rounds +1 of 1000 \(7 refused\) +bare +8 of 9 +- +<= 1\/1000 +met$/,
  );
});

const limit = (samples: number[], below?: number): Limit => ({
  kind: 'limit',
  bench: 'size',
  what: 'build',
  unit: 's',
  ours: { name: 'amphi', samples },
  below,
});

t.test('a limit is for the median, and only its value is shown without one', async (t) => {
  t.same([limit([1, 1.5, 9], 2), limit([1, 2, 3], 2), limit([9])].map(verdictOf), [
    'met',
    'MISSED',
    'no goal',
  ]);
  t.match(table([limit([1, 1.5, 9], 2)]), /size +build, s, 3 rounds +1\.5 \(1\.1-7\.5\) .* < 2\.0 s +met$/);
});

t.test('what something is made of stands below the table, with its shares', async (t) => {
  const parts: Parts = {
    kind: 'parts',
    bench: 'loop',
    what: 'made of',
    unit: 'us',
    parts: [
      { name: 'socket', value: 30 },
      { name: 'handler', value: 10 },
    ],
  };
  const [head, below] = table([limit([1]), parts]).split('\n\n');
  t.notMatch(head, /socket/);
  t.equal(below, 'loop: made of, us\n  socket       30.0   75.0 %\n  handler      10.0   25.0 %');
  t.equal(exitCodeOf([parts]), 0);
});

t.test('the last run has a column of its own', async (t) => {
  const rows = [limit([1]), row([12], [10])];
  const text = table(rows, new Map([[keyOf(rows[1]!), 1.25]]));
  t.match(text.split('\n')[0], / verdict +last run$/);
  t.match(text, /no goal +-\n/);
  t.match(text, /no goal +1\.25$/);
});
