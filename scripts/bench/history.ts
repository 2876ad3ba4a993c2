/** The file of `--json`: one line a run, each a JSON object with every sample. */
import { execFile } from 'node:child_process';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { NODE } from './children.ts';
import { figureOf, keyOf, ratioIn, verdictOf } from './report.ts';
import { spreadOf } from './stats.ts';
import { BenchError, type Row } from './types.ts';

/** What one line holds. */
export interface Entry {
  /** ISO 8601. */
  readonly date: string;
  /** Of git, with `+` where files differ from it; `undefined` outside of a repository. */
  readonly commit?: string | undefined;
  readonly node: string;
  readonly cpu: string;
  /** Of 1, 5 and 15 minutes, at the end of the run. */
  readonly loadAverage: readonly number[];
  readonly quick: boolean;
  readonly load: string;
  readonly rows: readonly unknown[];
  /** What each row says in one number: the ratio, or the median of what has no peer. */
  readonly figures: Readonly<Record<string, number>>;
}

export async function entryOf(rows: readonly Row[], run: { quick: boolean; load: string }): Promise<Entry> {
  const figures = rows.flatMap((row) => {
    const figure = figureOf(row);
    return figure === undefined ? [] : [[keyOf(row), figure] as const];
  });
  return {
    date: new Date().toISOString(),
    commit: await commit(),
    node: (await output(NODE, ['--version'])) ?? process.version,
    cpu: machine(),
    loadAverage: loadavg(),
    ...run,
    rows: rows.map(detailed),
    figures: Object.fromEntries(figures),
  };
}

function detailed(row: Row): unknown {
  const verdict = verdictOf(row);
  if (row.kind === 'limit') return { ...row, spread: spreadOf(row.ours.samples), verdict };
  if (row.kind !== 'comparison') return { ...row, verdict };
  const spreads = { ours: spreadOf(row.ours.samples), peer: spreadOf(row.peer.samples) };
  return { ...row, spreads, ratio: ratioIn(row), verdict };
}

function machine(): string {
  return `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`;
}

async function commit(): Promise<string | undefined> {
  const head = await output('git', ['rev-parse', '--short', 'HEAD']);
  const changed = head && (await output('git', ['status', '--porcelain', '--untracked-files=no']));
  return changed ? `${head}+` : head;
}

function output(file: string, args: string[]): Promise<string | undefined> {
  return promisify(execFile)(file, args, { cwd: import.meta.dirname }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

export async function append(file: string, entry: Entry): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${JSON.stringify(entry)}\n`);
}

/**
 * The latest figure of each row, of runs that can be compared: by the same machine, as long or as quick, with the same load.
 * @returns `undefined` when there was none
 * @throws BenchError naming the line that is no entry
 */
export async function figuresBefore(
  file: string,
  run: { quick: boolean; load: string },
): Promise<ReadonlyMap<string, number> | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new BenchError(`${file}: ${error.message}`);
  });
  const figures = new Map<string, number>();
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const entry = entryIn(line, `${file}:${at + 1}`);
    if (entry.cpu !== machine() || entry.quick !== run.quick || entry.load !== run.load) continue;
    for (const [key, figure] of Object.entries(entry.figures)) figures.set(key, figure);
  }
  return figures.size === 0 ? undefined : figures;
}

function entryIn(line: string, where: string): Entry {
  let entry: Partial<Entry> | null;
  try {
    entry = JSON.parse(line);
  } catch (error) {
    throw new BenchError(`${where}: ${(error as Error).message}`);
  }
  if (typeof entry?.figures !== 'object' || entry.figures === null)
    throw new BenchError(`${where}: it has no figures, so it is no line of a history`);
  return entry as Entry;
}
