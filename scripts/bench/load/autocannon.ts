/** autocannon, which `npm ci` brings: slower than wrk, so it may reach its core's limit before the server does. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE } from '../children.ts';
import { BenchError } from '../types.ts';
import type { Command, Load, Loaded } from './types.ts';

export async function autocannonCommand(
  url: string,
  { method, path, body, type = 'application/json', fresh }: Load,
  seconds: number,
  connections: number,
): Promise<Command> {
  const main = createRequire(import.meta.url).resolve('autocannon');
  const dir = await mkdtemp(join(tmpdir(), 'amphi-bench-'));
  const file = join(dir, 'body');
  // A file: a command line has room for 128 KB only.
  if (body !== undefined) await writeFile(file, body);
  const sent = body === undefined ? [] : ['-i', file, '-H', `content-type=${type}`];
  const flags = ['--json', '--no-progress', '-c', String(connections), '-d', String(seconds), '-m', method];
  const renewed = fresh ? ['-H', 'connection=close'] : [];
  const command = [NODE, main, ...flags, ...renewed, ...sent, `${url}${path}`];
  return { command, remove: () => rm(dir, { recursive: true, force: true }) };
}

interface Report {
  readonly errors: number;
  readonly timeouts: number;
  readonly non2xx: number;
  readonly duration: number;
  readonly requests: { readonly total: number };
}

/** @throws BenchError for autocannon's report of failed requests, or none at all */
export function readAutocannon(text: string): Loaded {
  const start = text.indexOf('{');
  let report: Report;
  try {
    report = JSON.parse(text.slice(Math.max(0, start)));
  } catch {
    throw new BenchError(`autocannon gave no report:\n${text.slice(0, 500)}`);
  }
  const { errors, timeouts, non2xx, duration, requests } = report;
  for (const [what, count] of Object.entries({ errors, timeouts, 'answers beyond 2xx': non2xx }))
    if (count > 0) throw new BenchError(`autocannon: ${count} ${what}`);
  if (!(requests.total > 0 && duration > 0)) throw new BenchError('autocannon reported no requests');
  return { requests: requests.total, rate: requests.total / duration };
}
