/** Seconds that depend on each other: drain, health checks, deregistration and the time until SIGKILL. */
import { DEFAULT_DRAIN_SECONDS, DEFAULT_STOPWAITSECS } from '../../src/adapters/supervisor/index.ts';
import { DEREGISTRATION_SPARE } from './longest-drain.ts';
import type { Topology } from './types.ts';

/** Seconds between health checks, and how many in a row change an instance's state. */
export const HEALTH = { interval: 5, timeout: 4, healthy: 2, unhealthy: 2 } as const;

/** Seconds within which the load balancer detects a change of readiness, with two to spare. */
export const DETECTION_SECONDS = HEALTH.interval * HEALTH.unhealthy + 2;

export interface Timing {
  /** Until running requests and messages have ended. */
  readonly drain: number;
  /** For which readiness fails before the listener closes. */
  readonly delay: number;
  /** From deregistration to termination: all that is in flight has ended by then. */
  readonly deregistration: number;
  /** From SIGTERM to SIGKILL, of each program. */
  readonly stop: { readonly server: number; readonly worker: number };
}

export function timingOf({ alb, sides, drainTimeout, stopwaitsecs }: Topology): Timing {
  const drain = drainTimeout ?? DEFAULT_DRAIN_SECONDS;
  // Without a deregistration, as when supervisord restarts the server, the load balancer has to notice first.
  const delay = alb !== undefined && sides.server ? DETECTION_SECONDS : 0;
  const spare = DEFAULT_STOPWAITSECS - DEFAULT_DRAIN_SECONDS;
  return {
    drain,
    delay,
    deregistration: drain + DEREGISTRATION_SPARE,
    stop: { server: stopwaitsecs ?? delay + drain + spare, worker: stopwaitsecs ?? drain + spare },
  };
}
