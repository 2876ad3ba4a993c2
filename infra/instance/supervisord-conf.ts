import {
  listenerConfig,
  SupervisorConfigError,
  supervisorConfig,
  supervisorGroup,
} from '../../src/adapters/supervisor/index.ts';
import type { Argument } from '../intrinsics.ts';
import { ProvisionError } from '../topology/errors.ts';
import { hasDrainHook } from '../topology/timing.ts';
import type { Topology } from '../topology/types.ts';
import type { Wiring } from '../wiring/index.ts';
import { Expressions } from './expressions.ts';
import { serverProgram, workerProgram } from './programs.ts';

/**
 * The sections of supervisord on the instances, as literal pieces and expressions: server and worker, as far as each has
 * something to run.
 *
 * @throws ProvisionError in place of the supervisor adapter's own error
 */
export function supervisordParts(topology: Topology, wiring: Wiring): Argument[] {
  const { slug, sides } = topology;
  const expressions = new Expressions();
  try {
    const text = supervisorGroup(slug, {
      ...(sides.server ? { server: serverProgram(topology, wiring, expressions) } : {}),
      ...(sides.worker.length > 0 ? { worker: workerProgram(topology, wiring, expressions) } : {}),
    });
    const watches = [fatalListener(topology), ...(hasDrainHook(topology) ? [drainWatch(topology)] : [])];
    return expressions.parts([text, ...watches].join('\n').trimEnd());
  } catch (error) {
    throw error instanceof SupervisorConfigError ? new ProvisionError(error.message) : error;
  }
}

/** A program that supervisord has given up stays down: the instance is of no use any more. */
function fatalListener({ slug, account }: Topology): string {
  return listenerConfig({
    name: `${slug}-fatal`,
    command: [`/opt/${slug}/watch`, 'on_fatal'],
    events: ['PROCESS_STATE_FATAL'],
    user: account,
    stderr: `/var/log/${slug}/watch.log`,
  });
}

/** Stops the programs before the group ends the instance; as root, who alone may talk to supervisord. */
function drainWatch({ slug }: Topology): string {
  return supervisorConfig({
    name: `${slug}-drain`,
    command: `/opt/${slug}/watch`,
    args: ['on_termination'],
    stderr: { file: `/var/log/${slug}/drain.log` },
  });
}
