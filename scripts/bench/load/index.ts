/** Load of an HTTP server: by wrk where it is there, otherwise by autocannon. Both keep 50 connections busy, on one core. */
import { canPin, findOnPath, runTool } from '../children.ts';
import type { Generator } from '../types.ts';
import { autocannonCommand, readAutocannon } from './autocannon.ts';
import type { Load, Loaded } from './types.ts';
import { readWrk, wrkCommand } from './wrk.ts';

export const CONNECTIONS = 50;

const GRACE_MS = 20_000;
const TOOLS = {
  wrk: { make: wrkCommand, read: readWrk },
  autocannon: { make: autocannonCommand, read: readAutocannon },
} as const;

/** @param asked the one to use even if there is a better one */
export function generator(asked: Generator | undefined): Generator {
  return asked ?? (findOnPath('wrk') === undefined ? 'autocannon' : 'wrk');
}

/**
 * Requests over keep-alive connections, unless asked otherwise, as fast as they are answered.
 * @param core where the generator stays; anywhere by default
 * @throws BenchError when any request failed, since failing is quick
 */
export async function loadFor(
  by: Generator,
  url: string,
  load: Load,
  seconds: number,
  core?: number,
): Promise<Loaded> {
  const { make, read } = TOOLS[by];
  const { command, remove } = await make(url, load, seconds, CONNECTIONS);
  try {
    const pin = core !== undefined && canPin() ? [findOnPath('taskset')!, '-c', String(core)] : [];
    const [file, ...args] = [...pin, ...command];
    return read(await runTool(file!, args, { timeoutMs: seconds * 1000 + GRACE_MS }));
  } finally {
    await remove();
  }
}
