import type { Cluster, Worker } from 'node:cluster';
import { fstatSync } from 'node:fs';
import type { ProcessesOptions } from './options.ts';
import { MEMBER_VARIABLE, type MemberInit } from './protocol.ts';

export type Fork = (init: MemberInit) => Worker;

/**
 * All processes accept from one queue of the kernel's, which outlives each of them: nobody who waits there is lost, and
 * who is idle takes the next. The operator may say otherwise.
 */
export function forkBy(cluster: Cluster, { script, args, nodeFlags }: ProcessesOptions): Fork {
  // Node.js knows `rr` and `none`.
  if (!process.env.NODE_CLUSTER_SCHED_POLICY) cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({
    exec: script,
    args: [...args],
    execArgv: [...nodeFlags],
    // NaN is a value of metrics.
    serialization: 'advanced',
    stdio: ['ignore', isPipe(1) ? 'pipe' : 'inherit', 'inherit', 'ipc'],
  });
  let fixed: number | undefined;
  return ({ number, port }) => {
    fixed ??= port;
    return cluster.fork({ [MEMBER_VARIABLE]: JSON.stringify({ number, port: fixed }) });
  };
}

/** Of what several processes write into one pipe the kernel keeps only short pieces together. */
function isPipe(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}
