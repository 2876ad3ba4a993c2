import type { Logger } from './logger.ts';
import type { Awaitable } from './types.ts';

/** What hooks of the life cycle and readiness probes get. */
export interface LifecycleTools {
  readonly logger: Logger;
  /** Aborts when the hook or probe should give up: the process is stopped while it starts, or time is over. */
  readonly signal?: AbortSignal;
}

/** Runs at the start or the end of a process; whoever waits for it waits for its promise. */
export type LifecycleHook = (tools: LifecycleTools) => Awaitable<unknown>;

/** Throws, rejects or returns `false` while the service cannot do its work. */
export type ReadinessProbe = (tools: LifecycleTools) => Awaitable<unknown>;

export interface LifecycleEntry {
  readonly kind: 'onStart' | 'onStop';
  readonly hook: LifecycleHook;
  /** As errors call it: `onStart connect of registry shop`. */
  readonly name: string;
}

export interface ProbeEntry {
  readonly name: string;
  readonly probe: ReadinessProbe;
}

/** How a process waits for its hooks. */
export interface LifecycleOptions {
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
}
