/** The package `amphi/telemetry`: traces by OpenTelemetry. */
import type { Registry } from '../core/index.ts';
import type { Tracer } from './tracer.ts';

/**
 * Makes a span of every request and invocation of a registry, through every adapter alike: its parent is the caller's by
 * `traceparent` (W3C) or X-Ray's header, its name the route or the function. Nothing happens, and nothing is loaded, unless
 * OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT says where traces go; OpenTelemetry's other variables
 * count as well. Register it first, so that the span is around everything.
 * @returns whether traces are on
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { traceWithOpenTelemetry } from 'amphi/telemetry';
 *
 * const registry = createRegistry({ name: 'shop' });
 * console.log(traceWithOpenTelemetry(registry)); // false
 * registry.get('/', () => 'open');
 * ```
 */
export function traceWithOpenTelemetry(registry: Registry): boolean {
  const { env } = process;
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT && !env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return false;
  let started: Promise<Tracer> | undefined;
  const tracer = () => {
    started ??= import('./tracer.ts').then(({ Tracer }) => Tracer.start(registry.name, env));
    return started;
  };
  registry.use(async (request, context, next) => (await tracer()).request(request, context, next));
  registry.useFunction(async (_event, context, next) => (await tracer()).invocation(context, next));
  return true;
}
