import { ConfigError, type HttpInterceptor, type HttpRequest } from '../core/index.ts';
import { type StateKey, stateKey } from '../core/state.ts';
import { assertOptions } from './options.ts';

export interface RequestIdOptions {
  /** The header that brings the id and takes it back. Default `x-request-id`. */
  readonly header?: string;
  /**
   * Whether the id that a request brings counts. A caller may choose it freely, so it identifies nothing by itself.
   * Default true.
   */
  readonly trust?: boolean | ((request: HttpRequest) => boolean);
}

/** The id that `requestId` has taken or made. */
export const correlationId: StateKey<string> = stateKey('correlationId');

/** What may stand in logs and headers without harm; the server's own rule. */
const SANE = /^[A-Za-z0-9._:=+/@-]{1,128}$/;
const NAME = /^[a-z0-9-]+$/;

/**
 * Takes the id that a trusted request brings in `x-request-id`, where it has a sane form (1 to 128 letters, digits and
 * `._:=+/@-`), else the context's `requestId`. The reply has it too, log lines carry it as `correlationId`, and handlers find
 * it by the key `correlationId`. In Lambda `requestId` stays AWS's, so that lines and AWS's own reports go together.
 * @throws ConfigError for a bad option
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { correlationId, requestId } from 'amphi/http-kit';
 *
 * const registry = createRegistry({ name: 'shop' });
 * registry.use(requestId());
 * registry.get('/', (_request, context) => context.require(correlationId));
 *
 * const headers = { 'x-request-id': 'cart-7' };
 * const response = await registry.fetch(new Request('http://localhost/', { headers }));
 * console.log(await response.text(), response.headers.get('x-request-id')); // cart-7 cart-7
 * ```
 */
export function requestId(options: RequestIdOptions = {}): HttpInterceptor {
  assertOptions('requestId', options, ['header', 'trust']);
  const { trust = true } = options;
  const header = (options.header ?? 'x-request-id').toLowerCase();
  if (!NAME.test(header)) throw new ConfigError(`requestId: header ${JSON.stringify(header)} is no name`);
  if (typeof trust !== 'boolean' && typeof trust !== 'function')
    throw new ConfigError('requestId: trust must be true, false or a function');
  return async (request, context, next) => {
    const given = request.headers[header];
    const trusted = typeof trust === 'function' ? trust(request) : trust;
    const id = trusted && given !== undefined && SANE.test(given) ? given : ownId(context.requestId, given);
    context.set(correlationId, id);
    context.addLogFields({ correlationId: id });
    const reply = await next();
    reply.headers[header] = id;
    return reply;
  };
}

/** The server's context takes the caller's id as its own, which is no way around `trust`. */
function ownId(own: string, given: string | undefined): string {
  return own === given ? globalThis.crypto.randomUUID() : own;
}
