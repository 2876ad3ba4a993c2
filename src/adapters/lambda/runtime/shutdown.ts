import type { Logger } from '../../../core/index.ts';
import type { Connection } from '../runtime-api/connection.ts';
import type { FatalErrorHandler } from './fatal-errors.ts';
import type { InFlight } from './in-flight.ts';
import type { Loop } from './loop.ts';

export interface ShutdownOptions {
  readonly loop: Loop;
  readonly extension: Connection | undefined;
  readonly inFlight: InFlight;
  readonly fatalErrors: FatalErrorHandler;
  readonly logger: Logger;
}

/** Lambda sends SIGKILL about 500 ms after SIGTERM. */
const DRAIN_MS = 400;

/**
 * On SIGTERM: no new poll, `signal` of what is under way aborts, replies still go out. The process ends
 * by itself once the service's own SIGTERM listeners leave nothing to do, at the latest after 400 ms.
 */
export function drainOnSigterm(options: ShutdownOptions): void {
  process.once('SIGTERM', () => drain(options));
}

function drain({ loop, extension, inFlight, fatalErrors, logger }: ShutdownOptions): void {
  fatalErrors.expectEnd();
  extension?.close('stopping');
  for (const invocation of inFlight) invocation.context.abort(new Error('the process is shutting down'));
  loop.stop();
  process.exitCode = 0;
  const timer = setTimeout(() => {
    for (const { requestId } of inFlight) logger.error('cut off by the shutdown', { requestId });
    fatalErrors.end(inFlight.size > 0 ? 1 : 0);
  }, DRAIN_MS);
  // What hangs on an answer keeps the process by its socket; the timer alone shall not.
  timer.unref();
}
