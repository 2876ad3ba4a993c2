import { cpus, loadavg } from 'node:os';
import { type Goal, type Ratio, ratioOf, type Spread, spreadOf } from './stats.ts';
import type { Comparison, Losses, Row, Tally } from './types.ts';

export type Verdict = 'met' | 'MISSED' | 'no goal' | 'skipped';

export function verdictOf(row: Row): Verdict {
  if (row.kind === 'skipped') return 'skipped';
  if (row.kind === 'losses') return keepsGoal(row) ? 'met' : 'MISSED';
  const { met } = ratio(row);
  if (met === undefined) return 'no goal';
  return met ? 'met' : 'MISSED';
}

/** 1 when a measured goal is missed; a peer that is not to be had misses none. */
export function exitCodeOf(rows: readonly Row[]): number {
  return rows.some((row) => verdictOf(row) === 'MISSED') ? 1 : 0;
}

/** Where nothing was tried, nothing is shown. */
function keepsGoal({ ours: { tried, lost }, goal }: Losses): boolean {
  return tried > 0 && lost <= goal * tried;
}

function ratio({ ours, peer, goal }: Comparison): Ratio {
  return ratioOf(ours.samples, peer.samples, goal);
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

/** The table for people. */
export function table(rows: readonly Row[]): string {
  const lines = [HEADS, ...rows.map(cells)];
  const widths = HEADS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const shown = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  const [head, ...rest] = shown;
  return [head, widths.map((width) => '-'.repeat(width)).join('  '), ...rest].join('\n');
}

function cells(row: Row): string[] {
  const { bench, what } = row;
  if (row.kind === 'skipped') return [bench, what, '-', row.peer, '-', '-', '-', `skipped: ${row.reason}`];
  if (row.kind === 'losses') return lossCells(row);
  const { ours, peer, unit, goal } = row;
  const measured = `${what}, ${unit}, ${ours.samples.length} rounds`;
  const shown = ratio(row);
  return [
    bench,
    measured,
    spreadText(spreadOf(ours.samples)),
    peer.name,
    spreadText(spreadOf(peer.samples)),
    `${shown.median.toFixed(2)} (${shown.p10.toFixed(2)}-${shown.p90.toFixed(2)})`,
    goal ? goalText(goal) : '-',
    verdictOf(row),
  ];
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
  return value < 100 ? value.toFixed(1) : String(Math.round(value));
}

const SIGNS: Record<Goal['kind'], string> = { 'at most': '<=', 'at least': '>=', below: '<', above: '>' };

function goalText({ kind, ratio: goal }: Goal): string {
  return `${SIGNS[kind]} ${goal}`;
}

/** Everything measured, samples in the order of their rounds, for `--json`. */
export function document(rows: readonly Row[], quick: boolean): unknown {
  return {
    node: process.version,
    cpu: `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    loadAverage: loadavg(),
    quick,
    rows: rows.map((row) => {
      if (row.kind === 'skipped') return row;
      if (row.kind === 'losses') return { ...row, verdict: verdictOf(row) };
      const spreads = { ours: spreadOf(row.ours.samples), peer: spreadOf(row.peer.samples) };
      return { ...row, spreads, ratio: ratio(row), verdict: verdictOf(row) };
    }),
  };
}
