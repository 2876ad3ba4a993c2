/** `--processes`: several processes of this program that share a port. */
import { availableParallelism } from 'node:os';
import type { HttpServerOptions } from '../adapters/http/index.ts';
import { DEFAULT_DRAIN_SECONDS } from '../server/defaults.ts';
import { Member } from '../server/processes/member.ts';
import { MEMBER_VARIABLE } from '../server/processes/protocol.ts';
import { isOfDev } from './dev-parent.ts';
import { FlagError } from './flag-values.ts';
import { wholeFlag } from './flags.ts';
import { sharedFlags } from './own-command.ts';

const MOST_PROCESSES = 256;
/** What a process may take beyond its drain: aborted handlers, hooks of `onStop`, the last lines of its log. */
const BEYOND_DRAIN_MS = 9_000;

/** @throws FlagError */
export function processesFlag(value: string | undefined): number {
  if (value === undefined) return 1;
  if (value !== 'auto' && !/^\d+$/.test(value))
    throw new FlagError(`--processes ${JSON.stringify(value)}: it must be auto or a whole number from 1`);
  const processes =
    value === 'auto' ? availableParallelism() : wholeFlag(value, '--processes', 1, MOST_PROCESSES);
  if (processes > 1 && isOfDev()) throw new FlagError('--processes: amphi dev serves from one process');
  return processes;
}

/** This process as one of several; `undefined` when it is alone. */
export function memberOf(env: NodeJS.ProcessEnv): Member | undefined {
  return env[MEMBER_VARIABLE] === undefined ? undefined : Member.ofProcess(env);
}

type Options = Pick<HttpServerOptions, 'logger' | 'drainDelayMs' | 'drainTimeoutMs' | 'metricsPath'>;

/** @returns the exit code */
export async function runTogether(processes: number, options: Options): Promise<number> {
  const { logger, drainDelayMs = 0, drainTimeoutMs = DEFAULT_DRAIN_SECONDS * 1000, metricsPath } = options;
  const { isSea } = await import('node:sea');
  const { runProcesses } = await import('../server/processes/run.ts');
  return runProcesses({
    processes,
    script: isSea() ? process.execPath : process.argv[1]!,
    args: process.argv.slice(2),
    nodeFlags: await sharedFlags(processes),
    stopMs: drainDelayMs + drainTimeoutMs + BEYOND_DRAIN_MS,
    logger,
    fold:
      metricsPath === undefined
        ? undefined
        : async (snapshots) => (await import('../adapters/http/metric-sums.ts')).foldSnapshots(snapshots),
  });
}
