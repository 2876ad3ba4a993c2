import type { Lifecycle, Logger } from '../../../core/index.ts';
import type { Connection } from '../runtime-api/connection.ts';
import type { FatalErrorHandler } from './fatal-errors.ts';
import type { InFlight } from './in-flight.ts';
import type { Loop } from './loop.ts';

export interface ShutdownOptions {
  readonly loop: Loop;
  /** Settles when all that is under way has been answered. */
  readonly ended: Promise<void>;
  readonly lifecycle: Lifecycle;
  readonly extension: Connection | undefined;
  readonly inFlight: InFlight;
  readonly fatalErrors: FatalErrorHandler;
  readonly logger: Logger;
}

/** Lambda sends SIGKILL about 500 ms after SIGTERM. */
const DRAIN_MS = 400;
/** The hooks of `onStop` end before the process does, so that the log tells which one took too long. */
const LAST_LINE_MS = 20;
/** What does not end within that leaves the rest to the hooks of `onStop`, where there are any. */
const ANSWERS_MS = 200;

/**
 * On SIGTERM: no new poll, `signal` of what is under way aborts, replies still go out, then `onStop`. The process ends
 * by itself once the service's own SIGTERM listeners leave nothing to do, at the latest after 400 ms.
 */
export function drainOnSigterm(options: ShutdownOptions): void {
  process.once('SIGTERM', () => drain(options));
}

function drain(options: ShutdownOptions): void {
  const { loop, extension, inFlight, fatalErrors, logger, lifecycle } = options;
  fatalErrors.expectEnd();
  extension?.close('stopping');
  for (const invocation of inFlight) invocation.context.abort(new Error('the process is shutting down'));
  loop.stop();
  process.exitCode = 0;
  const timer = setTimeout(() => {
    for (const { requestId } of inFlight) logger.error('cut off by the shutdown', { requestId });
    fatalErrors.end(inFlight.size > 0 || process.exitCode === 1 ? 1 : 0);
  }, DRAIN_MS);
  // What hangs on an answer keeps the process by its socket; the timer alone shall not.
  timer.unref();
  if (lifecycle.used) void stopService(options);
}

async function stopService({ ended, lifecycle, logger }: ShutdownOptions): Promise<void> {
  const begun = performance.now();
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ANSWERS_MS);
  await Promise.race([ended.catch(() => {}), late.promise]);
  clearTimeout(timer);
  const left = DRAIN_MS - LAST_LINE_MS - (performance.now() - begun);
  if (!(await lifecycle.stop({ logger }, left))) process.exitCode = 1;
}
