/** wrk (Debian's package of that name): one thread, so it needs no more than one core. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError } from '../types.ts';
import type { Command, Load, Loaded } from './types.ts';

export async function wrkCommand(
  url: string,
  load: Load,
  seconds: number,
  connections: number,
): Promise<Command> {
  const dir = await mkdtemp(join(tmpdir(), 'amphi-bench-'));
  const script = join(dir, 'load.lua');
  await writeFile(script, luaOf(load));
  const command = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, `${url}${load.path}`];
  return { command, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** A long bracket takes any text but its own end. */
function luaOf({ method, body, type = 'application/json', fresh }: Load): string {
  const lines = [`wrk.method = "${method}"`];
  if (body !== undefined) {
    if (body.includes(']==]')) throw new BenchError('the body cannot stand in a Lua script');
    lines.push(`wrk.body = [==[${body}]==]`, `wrk.headers["Content-Type"] = "${type}"`);
  }
  if (fresh) lines.push('wrk.headers["Connection"] = "close"');
  return `${lines.join('\n')}\n`;
}

/** @throws BenchError for wrk's report of failed requests, or none at all */
export function readWrk(report: string): Loaded {
  const failed = /^\s*(Non-2xx or 3xx responses: \d+|Socket errors: .*)$/m.exec(report)?.[1];
  if (failed !== undefined) throw new BenchError(`wrk: ${failed}`);
  const rate = Number(/^Requests\/sec:\s+([\d.]+)\s*$/m.exec(report)?.[1] ?? Number.NaN);
  const requests = Number(/^\s*(\d+) requests in /m.exec(report)?.[1] ?? Number.NaN);
  if (!(rate > 0 && requests > 0)) throw new BenchError(`wrk reported no requests:\n${report}`);
  return { requests, rate };
}
