/** One process of a runtime that works off one event again and again. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds, end, failure } from '../children.ts';
import { FastRuntimeApi } from '../runtime-api.ts';
import { BenchError } from '../types.ts';

export interface LoopCase {
  readonly what: string;
  readonly event: unknown;
  /** The handler's name for either runtime. */
  readonly handlers: { readonly amphi: string; readonly ric: string };
  readonly isAnswer: (answer: Record<string, unknown>) => boolean;
}

export interface LoopRun {
  /** Invocations per second. */
  readonly rate: number;
  /** CPU time of the runtime's process for one invocation, us. */
  readonly cpuMicros: number;
}

/**
 * @param atEnd called before the process is ended
 * @throws BenchError when the runtime reports a failure, or its answer is not what was expected
 */
export async function runLoop(
  { what, event, isAnswer }: LoopCase,
  spawn: (address: string) => ChildProcess,
  warmupMs: number,
  measuredMs: number,
  atEnd: (child: ChildProcess, api: FastRuntimeApi) => Promise<void> = async () => {},
): Promise<LoopRun> {
  const api = new FastRuntimeApi(event);
  await api.listen();
  const child = spawn(api.address);
  const ended = failure(child).then((error) => {
    throw error;
  });
  // What ends in `atEnd` is meant to.
  ended.catch(() => {});
  try {
    const run = await Promise.race([ended, measured(child, api, warmupMs, measuredMs)]);
    if (api.failed !== undefined) throw new BenchError(`${what}: ${api.failed}`);
    const answer = api.last === '' ? {} : (JSON.parse(api.last) as Record<string, unknown>);
    if (!isAnswer(answer)) throw new BenchError(`${what}: the function answered ${api.last || 'nothing'}`);
    await atEnd(child, api);
    return run;
  } finally {
    await end(child);
    await api.close();
  }
}

async function measured(
  child: ChildProcess,
  api: FastRuntimeApi,
  warmupMs: number,
  measuredMs: number,
): Promise<LoopRun> {
  await sleep(warmupMs);
  const [begin, before, cpuBefore] = [performance.now(), api.answered, cpuSeconds(child)];
  await sleep(measuredMs);
  const count = api.answered - before;
  if (count === 0) throw new BenchError(`no invocation was answered within ${measuredMs} ms`);
  const cpu = cpuSeconds(child) - cpuBefore;
  return { rate: (count / (performance.now() - begin)) * 1000, cpuMicros: (cpu / count) * 1e6 };
}
