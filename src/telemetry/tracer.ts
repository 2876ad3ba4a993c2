import type { Attributes, Span } from '@opentelemetry/api';
import type { HttpRequest, InvocationContext, Reply } from '../core/index.ts';

type Otel = typeof import('./otel.deferred.ts');

const NAME = 'amphi';

/** Makes spans of invocations. Names and attributes are OpenTelemetry's semantic conventions for HTTP and FaaS. */
export class Tracer {
  readonly #otel: Otel;
  readonly #flush: (() => Promise<void>) | undefined;

  private constructor(otel: Otel, flush: (() => Promise<void>) | undefined) {
    this.#otel = otel;
    this.#flush = flush;
  }

  /** Sets OpenTelemetry up for the whole process, so that spans of the service's own and of its libraries join in. */
  static async start(service: string, env: NodeJS.ProcessEnv): Promise<Tracer> {
    const otel = await import('./otel.deferred.ts');
    const processor = new otel.BatchSpanProcessor(new otel.OTLPTraceExporter());
    const named = env.OTEL_SERVICE_NAME ? {} : { 'service.name': service };
    const provider = new otel.NodeTracerProvider({
      resource: otel.defaultResource().merge(otel.resourceFromAttributes(named)),
      spanProcessors: [processor],
    });
    // Of two parents the last one counts, and W3C's is the nearer.
    const propagators = [
      new otel.AWSXRayPropagator(),
      new otel.W3CTraceContextPropagator(),
      new otel.W3CBaggagePropagator(),
    ];
    provider.register({ propagator: new otel.CompositePropagator({ propagators }) });
    process.once('beforeExit', () => void provider.shutdown());
    // Lambda freezes the process with the answer; a server has time.
    const flush = env.AWS_LAMBDA_FUNCTION_NAME ? () => provider.forceFlush() : undefined;
    return new Tracer(otel, flush);
  }

  request(request: HttpRequest, context: InvocationContext, next: () => Promise<Reply>): Promise<Reply> {
    const { method, route, headers } = request;
    const name = route === undefined ? method : `${method} ${route}`;
    const attributes = {
      'http.request.method': method,
      'url.path': request.path,
      'url.scheme': request.url.split(':', 1)[0]!,
      'client.address': request.clientIp,
      'faas.invocation_id': context.requestId,
      ...(route === undefined ? {} : { 'http.route': route }),
      ...(headers['user-agent'] === undefined ? {} : { 'user_agent.original': headers['user-agent'] }),
    };
    return this.#span(name, attributes, headers, async (span) => {
      const reply = await next();
      const { status = reply.body === undefined ? 204 : 200, error } = reply;
      span.setAttribute('http.response.status_code', status);
      if (error !== undefined) span.recordException(error as Error);
      if (status >= 500) span.setStatus({ code: this.#otel.SpanStatusCode.ERROR });
      return reply;
    });
  }

  invocation(context: InvocationContext, next: () => Promise<unknown>): Promise<unknown> {
    const attributes = { 'faas.name': context.functionName, 'faas.invocation_id': context.requestId };
    const carrier: Record<string, string> =
      context.traceId === undefined ? {} : { 'x-amzn-trace-id': context.traceId };
    return this.#span(context.functionName, attributes, carrier, next);
  }

  async #span<Result>(
    name: string,
    attributes: Attributes,
    carrier: Readonly<Record<string, string>>,
    work: (span: Span) => Promise<Result>,
  ): Promise<Result> {
    const { context, propagation, SpanKind, SpanStatusCode, trace } = this.#otel;
    const parent = propagation.extract(context.active(), carrier);
    const span = trace.getTracer(NAME).startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
    try {
      return await context.with(trace.setSpan(parent, span), () => work(span));
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
      await this.#flush?.();
    }
  }
}
