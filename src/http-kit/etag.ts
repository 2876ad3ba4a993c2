import {
  ConfigError,
  discardBody,
  type HttpInterceptor,
  isStream,
  type Reply,
  toRawResponse,
} from '../core/index.ts';
import { statusOf } from './headers.ts';
import { assertOptions } from './options.ts';

export interface EtagOptions {
  /** Tags that promise the same content, not the same bytes. Default false. */
  readonly weak?: boolean;
}

/** Of a representation, which a 304 does not bring (RFC 9110, 15.4.5). */
const OF_THE_BODY = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-range',
];

/**
 * Gives 200 replies of GET and HEAD an ETag, a hash of their body, and answers 304 to a request that has the same already:
 * by `if-none-match`, else by `if-modified-since` where the reply has `last-modified`. A tag of the handler's own stands, and null
 * means none.
 * Streams get no tag, for that would take all of them; one with a tag or `last-modified` of its own is compared as well.
 * The handler still runs: what is saved is the way to the client.
 * @throws ConfigError for a bad option
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { etag } from 'amphi/http-kit';
 *
 * const registry = createRegistry({ name: 'shop' });
 * registry.use(etag());
 * registry.get('/', () => ({ tea: 3 }));
 *
 * const first = await registry.fetch(new Request('http://localhost/'));
 * const headers = { 'if-none-match': first.headers.get('etag')! };
 * const second = await registry.fetch(new Request('http://localhost/', { headers }));
 * console.log(first.status, second.status, await second.text() === ''); // 200 304 true
 * ```
 */
export function etag(options: EtagOptions = {}): HttpInterceptor {
  assertOptions('etag', options, ['weak']);
  const { weak = false } = options;
  if (typeof weak !== 'boolean') throw new ConfigError('etag: weak must be true or false');
  return async (request, _context, next) => {
    const reply = await next();
    const { method, headers } = request;
    if ((method !== 'GET' && method !== 'HEAD') || statusOf(reply) !== 200) return reply;
    const kit = await import('./etag.deferred.ts');
    if (!Object.hasOwn(reply.headers, 'etag') && reply.body !== undefined && !isStream(reply.body)) {
      const { body, headers } = toRawResponse(reply, 'GET');
      // Made once: JSON is not written a second time.
      reply.body = body;
      reply.headers['content-type'] = headers['content-type'];
      if (!isStream(body)) reply.headers.etag = kit.etag(body ?? '', { weak });
    }
    return kit.fresh(headers, textsOf(reply)) ? notModified(reply) : reply;
  };
}

const isSet = ({ headers }: Reply, name: string): boolean =>
  headers[name] !== undefined && headers[name] !== null;

function textsOf(reply: Reply): Record<string, string> {
  const names = ['etag', 'last-modified'].filter((name) => isSet(reply, name));
  return Object.fromEntries(names.map((name) => [name, String(reply.headers[name])]));
}

function notModified(reply: Reply): Reply {
  discardBody(reply.body);
  reply.body = undefined;
  reply.status = 304;
  for (const name of OF_THE_BODY) delete reply.headers[name];
  return reply;
}
