import { SupervisorConfigError, supervisorGroup } from '../../src/adapters/supervisor/index.ts';
import type { Argument } from '../intrinsics.ts';
import { ProvisionError } from '../topology/errors.ts';
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
    return expressions.parts(text.trimEnd());
  } catch (error) {
    throw error instanceof SupervisorConfigError ? new ProvisionError(error.message) : error;
  }
}
