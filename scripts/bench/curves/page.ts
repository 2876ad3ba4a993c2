/** Draws the rows that are points of curves: one SVG a curve, and a page with all of them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spreadOf } from '../stats.ts';
import type { Comparison, Row, Series } from '../types.ts';
import { type Chart, type ChartLine, type ChartPoint, chartSvg, escaped } from './chart.ts';

/** In the order of the rows. */
export function chartsOf(rows: readonly Row[]): Chart[] {
  const points = rows.filter((row) => row.kind === 'comparison').filter((row) => row.at !== undefined);
  const curves = Map.groupBy(points, ({ at, unit }) => `${at!.curve}, ${unit}`);
  return [...curves].map(([title, of]) => ({
    title,
    xLabel: of[0]!.at!.axis,
    yLabel: of[0]!.unit,
    lines: linesOf(of),
  }));
}

/** Ours is in the row of each peer: one line of it. */
function linesOf(rows: readonly Comparison[]): ChartLine[] {
  const lines = new Map<string, Map<number, ChartPoint>>();
  for (const { ours, peer, at } of rows)
    for (const series of [ours, peer]) {
      const line = lines.get(series.name) ?? new Map<number, ChartPoint>();
      lines.set(series.name, line.set(at!.x, pointOf(series, at!.x)));
    }
  return [...lines].map(([name, points]) => ({
    name,
    points: [...points.values()].sort((a, b) => a.x - b.x),
  }));
}

function pointOf({ samples }: Series, x: number): ChartPoint {
  const { median, p10, p90 } = spreadOf(samples);
  return { x, median, p10, p90 };
}

/** @returns the page's path; `undefined` where no row is of a curve */
export async function writeCurves(
  rows: readonly Row[],
  dir: string,
  about: string,
): Promise<string | undefined> {
  const charts = chartsOf(rows);
  if (charts.length === 0) return undefined;
  await mkdir(dir, { recursive: true });
  const drawn = charts.map((chart) => ({ name: `${slug(chart.title)}.svg`, svg: chartSvg(chart) }));
  for (const { name, svg } of drawn) await writeFile(join(dir, name), svg);
  const page = join(dir, 'curves.html');
  await writeFile(
    page,
    pageOf(
      about,
      drawn.map(({ svg }) => svg),
    ),
  );
  return page;
}

function slug(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

function pageOf(about: string, svgs: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Amphi: benchmark curves</title>
<body style="font-family: sans-serif">
<h1>Curves</h1>
<p>${escaped(about)}. Lines are medians, bands go from the 10th to the 90th percentile of the rounds.</p>
${svgs.join('\n')}
</body>
</html>
`;
}
