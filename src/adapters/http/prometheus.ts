import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Logger, MetricOptions, Metrics } from '../../core/index.ts';
import type { Member } from '../../server/processes/member.ts';
import { isSecondHand } from './invoke-api/access.ts';
import { sumOf } from './metric-sums.ts';
import type { RequestHandler } from './request-handler.ts';

type PromClient = typeof import('./prom-client.deferred.ts');

/** Seconds; handlers of some milliseconds as well as those of minutes. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Metrics of this process for Prometheus: Node.js's own, the requests, and what handlers record. */
export class Prometheus implements Metrics {
  readonly #client: PromClient;
  readonly #registry: Registry;
  readonly #logger: Logger;
  readonly #next: Metrics | undefined;
  readonly #member: Member | undefined;
  readonly #recorded = new Map<string, Recorded | undefined>();

  private constructor(
    client: PromClient,
    logger: Logger,
    next: Metrics | undefined,
    member: Member | undefined,
  ) {
    this.#client = client;
    this.#logger = logger;
    this.#next = next;
    this.#member = member;
    this.#registry = new client.Registry();
    client.collectDefaultMetrics({ register: this.#registry });
    member?.onCollect(() => this.#registry.getMetricsAsJSON());
  }

  /**
   * @param next also takes what handlers record
   * @param member one of several processes, whose sums are served
   */
  static async load(
    logger: Logger,
    next: Metrics | undefined,
    member: Member | undefined,
  ): Promise<Prometheus> {
    return new Prometheus(await import('./prom-client.deferred.ts'), logger, next, member);
  }

  /** Serves the metrics; who comes by a proxy, and so perhaps from outside, finds nothing there. */
  addTo(fastify: FastifyInstance, handler: RequestHandler, path: string): void {
    this.#observe(fastify, handler);
    fastify.route({
      method: 'GET',
      url: path,
      handler: async (request, reply) => {
        if (isSecondHand(request.raw)) return handler.handle(request, reply);
        const registry = this.#member ? await sumOf(await this.#member.gather()) : this.#registry;
        return reply.type(registry.contentType).send(await registry.metrics());
      },
    });
  }

  #observe(fastify: FastifyInstance, handler: RequestHandler): void {
    const registers = [this.#registry];
    const duration = new this.#client.Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the headers of a request to the end of its response',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers,
    });
    const running: Gauge = new this.#client.Gauge({
      name: 'handlers_running',
      help: 'Requests and invocations whose handler has not answered',
      registers,
      collect: () => void running.set(handler.running.size),
    });
    const routes = new WeakMap<ServerResponse, string>();
    handler.routes = routes;
    fastify.addHook('onResponse', async ({ method }, reply) => {
      const labels = { method, route: routes.get(reply.raw) ?? 'none', status: String(reply.statusCode) };
      duration.observe(labels, reply.elapsedTime / 1000);
    });
  }

  record(name: string, value: number, options: MetricOptions, requestId: string): void {
    // It checks what is given.
    this.#next?.record(name, value, options, requestId);
    const { unit = 'Count', dimensions = {} } = options;
    const key = `${nameOf(name)}${SUFFIXES[unit] ?? ''}`;
    if (!this.#recorded.has(key))
      this.#recorded.set(key, this.#make(key, name, unit, Object.keys(dimensions)));
    const recorded = this.#recorded.get(key)!;
    const labels = Object.entries(dimensions).map(([label, text]) => [nameOf(label), text] as const);
    try {
      recorded?.(Object.fromEntries(labels), unit === 'Milliseconds' ? value / 1000 : value);
    } catch (error) {
      this.#logger.warn('a metric could not be recorded for Prometheus', { metric: name, error });
      this.#recorded.set(key, undefined);
    }
  }

  #make(key: string, name: string, unit: string, dimensions: string[]): Recorded {
    const made = { name: key, help: name, labelNames: dimensions.map(nameOf), registers: [this.#registry] };
    if (unit === 'Count') {
      const counter: Counter = new this.#client.Counter(made);
      return (labels, value) => counter.inc(labels, value);
    }
    if (unit === 'Milliseconds' || unit === 'Seconds') {
      const histogram: Histogram = new this.#client.Histogram({ ...made, buckets: BUCKETS });
      return (labels, value) => histogram.observe(labels, value);
    }
    // Of several processes: shares have an average, amounts a sum.
    const aggregator = unit === 'Percent' ? ('average' as const) : ('sum' as const);
    const gauge: Gauge = new this.#client.Gauge({ ...made, aggregator });
    return (labels, value) => gauge.set(labels, value);
  }
}

type Recorded = (labels: Record<string, string>, value: number) => void;

/** Prometheus wants base units in the names. @see https://prometheus.io/docs/practices/naming/ */
const SUFFIXES: Readonly<Record<string, string>> = {
  ...{ Count: '_total', Milliseconds: '_seconds', Seconds: '_seconds', Bytes: '_bytes', Percent: '_percent' },
};

function nameOf(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/g, '_');
}
