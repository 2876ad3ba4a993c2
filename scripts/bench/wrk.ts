/** Load by wrk (Debian's package of that name): one thread, so it needs no more than one core. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canPin, findOnPath, runTool } from './children.ts';
import { BenchError } from './types.ts';

const CONNECTIONS = 50;

export interface Load {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  /** A new connection for each request. */
  readonly fresh?: boolean;
}

export function hasWrk(): boolean {
  return findOnPath('wrk') !== undefined;
}

export interface Loaded {
  readonly requests: number;
  /** Requests per second. */
  readonly rate: number;
}

/**
 * Requests over keep-alive connections, unless asked otherwise, as fast as they are answered.
 * @param core where wrk stays; anywhere by default
 * @throws BenchError when any request failed, since failing is quick
 */
export async function loadFor(url: string, load: Load, seconds: number, core?: number): Promise<Loaded> {
  const dir = await mkdtemp(join(tmpdir(), 'amphi-bench-'));
  try {
    const script = join(dir, 'load.lua');
    await writeFile(script, luaOf(load));
    const pin = core !== undefined && canPin() ? [findOnPath('taskset')!, '-c', String(core)] : [];
    const wrk = ['wrk', '-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', script, `${url}${load.path}`];
    const [file, ...args] = [...pin, ...wrk];
    return readReport(await runTool(file!, args, { timeoutMs: (seconds + 20) * 1000 }));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** A long bracket takes any text but its own end. */
function luaOf({ method, body, fresh }: Load): string {
  const lines = [`wrk.method = "${method}"`];
  if (fresh) lines.push('wrk.headers["Connection"] = "close"');
  if (body !== undefined) {
    if (body.includes(']==]')) throw new BenchError('the body cannot stand in a Lua script');
    lines.push(`wrk.body = [==[${body}]==]`, `wrk.headers["Content-Type"] = "application/json"`);
  }
  return `${lines.join('\n')}\n`;
}

/** @throws BenchError for wrk's report of failed requests, or none at all */
export function readReport(report: string): Loaded {
  const failed = /^\s*(Non-2xx or 3xx responses: \d+|Socket errors: .*)$/m.exec(report)?.[1];
  if (failed !== undefined) throw new BenchError(`wrk: ${failed}`);
  const rate = Number(/^Requests\/sec:\s+([\d.]+)\s*$/m.exec(report)?.[1] ?? Number.NaN);
  const requests = Number(/^\s*(\d+) requests in /m.exec(report)?.[1] ?? Number.NaN);
  if (!(rate > 0 && requests > 0)) throw new BenchError(`wrk reported no requests:\n${report}`);
  return { requests, rate };
}
