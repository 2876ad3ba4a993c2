import type { Logger, Registry, Service } from '../core/index.ts';

/** The service once its hooks of `onStart` have run; they are shared with `registry.fetch`. */
export async function started(
  registry: Registry,
  logger: Logger | undefined,
): Promise<{ readonly service: Service; readonly log: Logger }> {
  const { hold, stderrLogger } = await import('../core/fetch.deferred.ts');
  const service = registry.freeze();
  await hold(service);
  return { service, log: logger ?? stderrLogger() };
}
