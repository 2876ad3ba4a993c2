import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { chartSvg } from '../../../scripts/bench/curves/chart.ts';
import { chartsOf, writeCurves } from '../../../scripts/bench/curves/page.ts';
import { pointRows } from '../../../scripts/bench/curves/point.ts';

const series = (name: string, ...samples: number[]) => ({ name, samples });
const rowsOf = (x: number, ours: number, ...peers: number[]) =>
  pointRows({ curve: 'dispatch', axis: 'routes', x, unit: 'us' }, [
    series('amphi', ours, ours),
    ...peers.map((peer, at) => series(`peer ${at}`, peer, 2 * peer)),
  ]);

const ROWS = [...rowsOf(100, 2, 3, 5), ...rowsOf(10, 1, 2, 4)];

t.test('a point is ours against each peer', async (t) => {
  t.match(rowsOf(10, 1, 2, 4), [
    { bench: 'curves', what: 'dispatch, 10 routes', ours: { name: 'amphi' }, peer: { name: 'peer 0' } },
    { ours: { name: 'amphi' }, peer: { name: 'peer 1' } },
  ]);
});

t.test('rows become one line for each contender, ours once, by x', async (t) => {
  const [chart, ...others] = chartsOf(ROWS);
  t.same(others, []);
  t.match(chart, { title: 'dispatch, us', xLabel: 'routes', yLabel: 'us' });
  t.same(
    chart!.lines.map(({ name, points }) => [name, ...points.map(({ x, median }) => [x, median])]),
    [
      ['amphi', [10, 1], [100, 2]],
      ['peer 0', [10, 3], [100, 4.5]],
      ['peer 1', [10, 6], [100, 7.5]],
    ],
  );
});

/** Where the dots are, as [x, y] of each line. */
function dots(svg: string): number[][] {
  return [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

const point = (x: number, median: number) => ({ x, median, p10: median, p90: median });
const chartOf = (name: string, ...points: { x: number; median: number; p10: number; p90: number }[]) =>
  chartSvg({ title: name, xLabel: 'x', yLabel: 'y', lines: [{ name, points }] });

t.test('the horizontal axis is logarithmic, the vertical one from zero', async (t) => {
  const [a, b, c] = dots(chartOf('even', point(10, 1), point(100, 2), point(1000, 4)));
  t.ok(Math.abs(b![0]! - a![0]! - (c![0]! - b![0]!)) < 0.2, 'each tenfold is one step');
  t.ok(Math.abs(2 * (a![1]! - b![1]!) - (b![1]! - c![1]!)) < 0.3, 'twice as much is twice as high');
});

t.test('values far apart make the vertical axis logarithmic', async (t) => {
  const [a, b, c] = dots(chartOf('steep', point(10, 1), point(100, 10), point(1000, 100)));
  t.ok(Math.abs(a![1]! - b![1]! - (b![1]! - c![1]!)) < 0.2);
});

t.test('all is inside of the picture, one point and equal ones too', async (t) => {
  const svgs = [
    chartOf('one', point(10, 7)),
    chartOf('same', point(10, 7), point(100, 7)),
    chartOf('small', point(1, 0.0004), point(10_000, 0.0005)),
    chartOf('large', point(1, 1), point(10, 1e6)),
  ];
  for (const svg of svgs)
    for (const [x, y] of dots(svg)) t.ok(x! >= 70 && x! <= 620 && y! >= 40 && y! <= 350, `${x} ${y}`);
  for (const svg of svgs) t.notMatch(svg, /NaN|Infinity|undefined/);
});

t.test('names are text, never markup', async (t) => {
  const svg = chartOf('a<b>&"c"', point(10, 1));
  t.notMatch(svg, '<b>');
  t.match(svg, 'a&#60;b&#62;&#38;&#34;c&#34;');
});

t.test('what cannot be drawn is refused', async (t) => {
  t.throws(() => chartOf('none'), { message: 'none: there are no points' });
  t.throws(() => chartOf('zero', point(10, 0)), { message: 'zero: 10, 0 is not positive' });
  t.throws(() => chartOf('left', point(0, 1)), { message: 'left: 0, 1 is not positive' });
});

t.test('a page with all curves and one file each is written', async (t) => {
  const dir = join(t.testdir({}), 'out');
  t.equal(await writeCurves(ROWS.slice(0, 0), dir, 'nothing'), undefined);
  t.equal(await writeCurves(ROWS, dir, 'machine <1>'), join(dir, 'curves.html'));
  t.same(readdirSync(dir).sort(), ['curves.html', 'dispatch-us.svg']);
  const page = readFileSync(join(dir, 'curves.html'), 'utf8');
  t.match(page, 'machine &#60;1&#62;.');
  t.ok(page.includes(readFileSync(join(dir, 'dispatch-us.svg'), 'utf8')));
});
