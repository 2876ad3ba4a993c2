import { Signals } from '../signals.ts';
import { forkBy } from './fork.ts';
import type { ProcessesOptions } from './options.ts';
import { Processes } from './processes.ts';

/**
 * Runs several processes of this program that share a port, until a signal. One that ends comes back; SIGHUP replaces one
 * after the other.
 * @returns the exit code: 0 when all ended well, 1 when one did not or the first start failed
 */
export async function runProcesses(options: ProcessesOptions): Promise<number> {
  const { logger } = options;
  const { default: cluster } = await import('node:cluster');
  const processes = new Processes(options, forkBy(cluster, options));
  const signals = new Signals(logger);
  signals.onReload(() => processes.restart());
  const stopped = signals.untilStopped(processes);
  try {
    if (!(await processes.start())) return 1;
    const clean = await stopped;
    logger.info('stopped', { clean });
    return clean ? 0 : 1;
  } finally {
    signals.release();
  }
}
