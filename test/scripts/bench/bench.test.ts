import { execFile } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { readCommandLine } from '../../../scripts/bench/options.ts';
import { document, exitCodeOf, table, verdictOf } from '../../../scripts/bench/report.ts';
import { interleave } from '../../../scripts/bench/rounds.ts';
import { meets, quantile, ratioOf, spreadOf } from '../../../scripts/bench/stats.ts';
import { BenchError, type Row } from '../../../scripts/bench/types.ts';
import { readReport } from '../../../scripts/bench/wrk.ts';

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

t.test('a missed goal fails the run, an absent peer does not', async (t) => {
  const goal = { kind: 'at most', ratio: 1.3 } as const;
  const met = row([12, 13], [10, 10], goal);
  const missed = row([14, 15], [10, 10], goal);
  const shown = row([99, 99], [10, 10]);
  t.same([met, missed, shown, SKIPPED].map(verdictOf), ['met', 'MISSED', 'no goal', 'skipped']);
  t.equal(exitCodeOf([met, shown, SKIPPED]), 0);
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
  t.match(lines[3], /^loop +loop .* ric .* skipped: no cmake$/);
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
  t.match(document([losses(0, 10, 0)], true), { rows: [{ ours: { tried: 10 }, verdict: 'met' }] });
});

t.test('the JSON holds each sample', async (t) => {
  t.match(document([row([12, 14], [10, 10]), SKIPPED], true), {
    quick: true,
    rows: [
      {
        ours: { samples: [12, 14] },
        spreads: { ours: { median: 13 } },
        ratio: { median: 1.3 },
        verdict: 'no goal',
      },
      { kind: 'skipped', reason: 'no cmake' },
    ],
  });
});

t.test('the command line names what is wrong with it', async (t) => {
  const known = ['start', 'http'];
  t.same(readCommandLine([], known), { names: known, quick: false, json: undefined, help: false });
  t.same(readCommandLine(['http', 'start', '--quick', '--json', 'f'], known), {
    names: known,
    quick: true,
    json: 'f',
    help: false,
  });
  const refuses = (argv: string[], message: RegExp) => {
    t.throws(() => readCommandLine(argv, known), BenchError);
    t.throws(() => readCommandLine(argv, known), { message });
  };
  refuses(['fast'], /^there is no benchmark "fast", use one of start, http$/);
  refuses(['--fast'], /--fast/);
  refuses(['--json'], /--json/);
  refuses(['--json', ''], /^--json: it must name a file$/);
});

const REPORT = `Running 3s test @ http://127.0.0.1:1234/
  1 threads and 50 connections
  93847 requests in 3.00s, 17.90MB read
Requests/sec:  31272.51
Transfer/sec:      5.96MB
`;

t.test("a report of wrk's in which a request failed is no result", async (t) => {
  t.same(readReport(REPORT), { requests: 93_847, rate: 31_272.51 });
  const failed = REPORT.replace('Requests/sec', '  Non-2xx or 3xx responses: 12\nRequests/sec');
  t.throws(() => readReport(failed), { message: 'wrk: Non-2xx or 3xx responses: 12' });
  const broken = REPORT.replace('Requests/sec', '  Socket errors: connect 0, read 3\nRequests/sec');
  t.throws(() => readReport(broken), { message: 'wrk: Socket errors: connect 0, read 3' });
  t.throws(() => readReport('Requests/sec:      0.00\n'), { message: /^wrk reported no requests/ });
});

t.test('a wrong command line measures nothing and ends with 2', async (t) => {
  const main = join(import.meta.dirname, '..', '..', '..', 'scripts', 'bench', 'main.ts');
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [main, 'fast'], (error, _stdout, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });
  t.equal(code, 2);
  t.equal(
    stderr,
    'bench: there is no benchmark "fast", use one of start, http, loop, event, worker, faults, processes, memory, cost\n',
  );
});
