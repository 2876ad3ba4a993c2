import { invokeHttp } from '../adapters/lambda/index.ts';
import { ConfigError, Context, type Logger, type Registry, type Service } from '../core/index.ts';
import { buildEvent } from './http-events.ts';
import { readResult } from './http-results.ts';
import { HTTP_SOURCES, type HttpSourceName, type PlainRequest } from './http-sources.ts';
import { toPlain, toResponse } from './native.ts';
import { sendTo } from './send.ts';
import { started } from './started.ts';

export interface InjectOptions {
  /**
   * The way in: `fetch` (default), `server` for a listening server on a free port of the loopback address, or the event that
   * AWS would send.
   */
  readonly as?: 'fetch' | 'server' | HttpSourceName;
  /** Takes the log of `server` and events; default JSON lines on standard error, by `AMPHI_LOG_LEVEL`. */
  readonly logger?: Logger;
}

const WAYS: readonly string[] = ['fetch', 'server', ...HTTP_SOURCES];

/**
 * Sends a request to the routes by the way in that `as` names, and gives the response that its client would get. The first
 * call runs the hooks of `onStart`; `registry.close()` in the end runs those of `onStop`. Through events and the server the
 * request comes as from behind a load balancer, with `X-Forwarded-*`; Lambda's events are https.
 * @param request a native Request, or a path such as `/items?page=2`, which is a GET
 * @throws ConfigError for an unknown way; Error where AWS would answer 502 to its client, as for a response that is too large
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { inject } from 'amphi/testing';
 *
 * const registry = createRegistry({ name: 'shop' });
 * registry.post('/items/:id', async (request) => ({ id: request.params.id, body: await request.json() }));
 *
 * for (const as of ['fetch', 'server', 'apigateway-v2', 'alb'] as const) {
 *   const request = new Request('https://shop.example/items/7', { method: 'POST', body: '[1]' });
 *   const response = await inject(registry, request, { as });
 *   if (response.status !== 200) throw new Error(as);
 * }
 * const missing = await inject(registry, '/nowhere', { as: 'function-url' });
 * console.log(missing.status); // 404
 * await registry.close();
 * ```
 */
export async function inject(
  registry: Registry,
  request: Request | string,
  { as = 'fetch', logger }: InjectOptions = {},
): Promise<Response> {
  if (!WAYS.includes(as))
    throw new ConfigError(`inject: as ${JSON.stringify(as)} is none of ${WAYS.join(', ')}`);
  const native = typeof request === 'string' ? new Request(new URL(request, 'https://localhost')) : request;
  if (as === 'fetch') return registry.fetch(native);
  const { service, log } = await started(registry, logger);
  const plain = await toPlain(native);
  const answer = as === 'server' ? sendTo(service, plain, log) : sendEvent(service, as, plain, log);
  return toResponse(await answer);
}

/** As JSON both ways, like Lambda does it. */
async function sendEvent(service: Service, source: HttpSourceName, plain: PlainRequest, logger: Logger) {
  const event: unknown = JSON.parse(JSON.stringify(buildEvent(source, plain)));
  const context = new Context({ requestId: crypto.randomUUID(), functionName: 'http', logger, event });
  try {
    return readResult(source, await invokeHttp(service, event, context));
  } finally {
    context.finish();
  }
}
