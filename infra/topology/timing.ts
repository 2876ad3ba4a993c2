/** Seconds that depend on each other: drain, health checks, deregistration and the time until SIGKILL. */
import { DEFAULT_DRAIN_SECONDS, DEFAULT_STOPWAITSECS } from '../../src/adapters/supervisor/index.ts';
import { DEREGISTRATION_SPARE } from './longest-drain.ts';
import type { Topology } from './types.ts';

/** Seconds between health checks, and how many in a row change an instance's state. */
export const HEALTH = { interval: 5, timeout: 4, healthy: 2, unhealthy: 2 } as const;

/** Seconds within which the load balancer detects a change of readiness, with two to spare. */
export const DETECTION_SECONDS = HEALTH.interval * HEALTH.unhealthy + 2;

/** What systemd gives a service to stop by itself. */
const SYSTEMD_STOP = 90;
/** What supervisord takes beside its programs. */
const SUPERVISORD_SPARE = 10;

export interface Timing {
  /** Until running requests and messages have ended. */
  readonly drain: number;
  /** For which readiness fails before the listener closes. */
  readonly delay: number;
  /** From deregistration to termination: all that is in flight has ended by then. */
  readonly deregistration: number;
  /** From SIGTERM to SIGKILL, of each program. */
  readonly stop: { readonly server: number; readonly worker: number };
  /** All programs together, where that is longer than a machine takes by itself. */
  readonly longStop: number | undefined;
}

export function timingOf({ alb, sides, drainTimeout, stopwaitsecs }: Topology): Timing {
  const drain = drainTimeout ?? DEFAULT_DRAIN_SECONDS;
  // Without a deregistration, as when supervisord restarts the server, the load balancer has to notice first.
  const delay = alb !== undefined && sides.server ? DETECTION_SECONDS : 0;
  const spare = DEFAULT_STOPWAITSECS - DEFAULT_DRAIN_SECONDS;
  const stop = { server: stopwaitsecs ?? delay + drain + spare, worker: stopwaitsecs ?? drain + spare };
  const longest = Math.max(sides.server ? stop.server : 0, sides.worker.length > 0 ? stop.worker : 0);
  const whole = longest + SUPERVISORD_SPARE;
  return {
    drain,
    delay,
    deregistration: drain + DEREGISTRATION_SPARE,
    stop,
    longStop: whole > SYSTEMD_STOP ? whole : undefined,
  };
}

/**
 * Whether the group has to wait for the end of work: EC2 lets a machine shut down for some minutes only, and no
 * load balancer holds back an instance that polls.
 */
export const hasDrainHook = (topology: Topology): boolean =>
  topology.sides.worker.length > 0 && timingOf(topology).longStop !== undefined;
