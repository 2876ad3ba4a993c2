import { type Goal, type Ratio, ratioOf, type Spread, spreadOf } from './stats.ts';
import type { Comparison, Limit, Losses, Parts, Row, Tally } from './types.ts';

export type Verdict = 'met' | 'MISSED' | 'no goal' | 'SKIPPED';

export function verdictOf(row: Row): Verdict {
  switch (row.kind) {
    case 'skipped':
      return 'SKIPPED';
    case 'parts':
      return 'no goal';
    case 'losses':
      return keepsGoal(row) ? 'met' : 'MISSED';
    case 'limit':
      return said(row.below && spreadOf(row.ours.samples).median < row.below);
    case 'comparison':
      return said(ratioIn(row).met);
  }
}

function said(met: boolean | 0 | undefined): Verdict {
  if (met === undefined) return 'no goal';
  return met ? 'met' : 'MISSED';
}

/** 1 when a goal is missed, or was not measured. */
export function exitCodeOf(rows: readonly Row[]): number {
  return rows.some((row) => ['MISSED', 'SKIPPED'].includes(verdictOf(row))) ? 1 : 0;
}

/** Where nothing was tried, nothing is shown. */
function keepsGoal({ ours: { tried, lost }, goal }: Losses): boolean {
  return tried > 0 && lost <= goal * tried;
}

export function ratioIn({ ours, peer, goal }: Comparison): Ratio {
  return ratioOf(ours.samples, peer.samples, goal);
}

/** What one row says in one number: the ratio, or the median; `undefined` for what has none. */
export function figureOf(row: Row): number | undefined {
  if (row.kind === 'comparison') return ratioIn(row).median;
  return row.kind === 'limit' ? spreadOf(row.ours.samples).median : undefined;
}

/** The same row in two runs. */
export function keyOf(row: Row): string {
  const peer = row.kind === 'comparison' ? `, ${row.peer.name}` : '';
  return `${row.bench}, ${row.what}${'unit' in row ? `, ${row.unit}` : ''}${peer}`;
}

const HEADS = [
  'bench',
  'measured',
  'amphi (p10-p90)',
  'peer',
  'peer (p10-p90)',
  'ratio (p10-p90)',
  'goal',
  'verdict',
];

/**
 * The table for people; below it what things are made of.
 * @param before the figures of the last run on this machine, by `keyOf`: a column of their own
 */
export function table(rows: readonly Row[], before?: ReadonlyMap<string, number>): string {
  const measured = rows.filter((row) => row.kind !== 'parts');
  const withBefore = (row: Row) => before?.get(keyOf(row));
  const heads = before ? [...HEADS, 'last run'] : HEADS;
  const lines = [
    heads,
    ...measured.map((row) => (before ? [...cells(row), shown(withBefore(row))] : cells(row))),
  ];
  const parts = rows.filter((row) => row.kind === 'parts').map(partsText);
  return [aligned(lines, true), ...parts].join('\n\n');
}

function shown(figure: number | undefined): string {
  return figure === undefined ? '-' : figure.toFixed(2);
}

function aligned(lines: readonly string[][], ruled: boolean): string {
  const columns = lines[0]!.length;
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...lines.map((line) => line[at]!.length)),
  );
  const texts = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  if (ruled) texts.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return texts.join('\n');
}

function partsText({ bench, what, unit, parts }: Parts): string {
  const whole = parts.reduce((sum, { value }) => sum + value, 0);
  const lines = parts.map(({ name, value }) => [
    `  ${name}`,
    number(value).padStart(8),
    `${((100 * value) / (whole || 1)).toFixed(1)} %`.padStart(7),
  ]);
  return `${bench}: ${what}, ${unit}\n${aligned(lines, false)}`;
}

function cells(row: Exclude<Row, Parts>): string[] {
  const { bench, what } = row;
  if (row.kind === 'skipped') return [bench, what, '-', row.peer, '-', '-', '-', `SKIPPED: ${row.reason}`];
  if (row.kind === 'losses') return lossCells(row);
  if (row.kind === 'limit') return limitCells(row);
  const { ours, peer, unit, goal } = row;
  const { median, p10, p90 } = ratioIn(row);
  return [
    bench,
    `${what}, ${unit}, ${ours.samples.length} rounds`,
    spreadText(spreadOf(ours.samples)),
    peer.name,
    spreadText(spreadOf(peer.samples)),
    `${median.toFixed(2)} (${p10.toFixed(2)}-${p90.toFixed(2)})`,
    goal ? goalText(goal) : '-',
    verdictOf(row),
  ];
}

function limitCells(row: Limit): string[] {
  const { bench, what, unit, ours, below } = row;
  const measured = `${what}, ${unit}, ${ours.samples.length} rounds`;
  const goal = below === undefined ? '-' : `< ${number(below)} ${unit}`;
  return [bench, measured, spreadText(spreadOf(ours.samples)), '-', '-', '-', goal, verdictOf(row)];
}

function lossCells(row: Losses): string[] {
  const { bench, what, rounds, ours, peer, goal } = row;
  const measured = `${what}, lost, ${rounds} rounds`;
  const most = goal === 0 ? '<= 0' : `<= 1/${Math.round(1 / goal)}`;
  return [bench, measured, tallyText(ours), peer.name, tallyText(peer), '-', most, verdictOf(row)];
}

function tallyText({ tried, lost, refused = 0 }: Tally): string {
  return `${lost} of ${tried}${refused > 0 ? ` (${refused} refused)` : ''}`;
}

function spreadText({ median, p10, p90 }: Spread): string {
  return `${number(median)} (${number(p10)}-${number(p90)})`;
}

function number(value: number): string {
  if (Math.abs(value) < 1 && value !== 0) return value.toPrecision(2);
  return value < 100 ? value.toFixed(1) : String(Math.round(value));
}

const SIGNS: Record<Goal['kind'], string> = { 'at most': '<=', 'at least': '>=', below: '<', above: '>' };

function goalText({ kind, ratio: goal }: Goal): string {
  return `${SIGNS[kind]} ${goal}`;
}
