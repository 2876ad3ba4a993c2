import { ConfigError, type HttpInterceptor, isStream, type Reply, toRawResponse } from '../core/index.ts';
import { addMembers, membersOf, statusOf, weaken } from './headers.ts';
import { assertFunction, assertOptions, assertWhole } from './options.ts';

type Kit = typeof import('./compress.deferred.ts');
type Encoding = import('./compress.deferred.ts').Encoding;

export interface CompressOptions {
  /** What may be used; of those that the client likes alike the first. Default `br`, `zstd`, `gzip`. */
  readonly encodings?: readonly ('br' | 'zstd' | 'gzip')[];
  /** Bytes below which a body that is there whole stays as it is. Default 1024. */
  readonly threshold?: number;
  /** Whether content of this type is worth it. Default by mime-db: text, JSON, XML, SVG, WASM ... */
  readonly types?: (contentType: string) => boolean;
}

const ENCODINGS: readonly Encoding[] = ['br', 'zstd', 'gzip'];

/**
 * Compresses replies for clients that send `accept-encoding`. Bodies that are there whole are compressed whole, streams as
 * they flow, with a flush after each piece. Untouched stay replies that have a `content-encoding` or `content-range` of their
 * own, `cache-control: no-transform`, a digest, HEAD, and what has no body. A strong ETag becomes a weak one, `vary` names
 * `accept-encoding`. Register it outside of `etag` and of whatever makes bodies.
 * @throws ConfigError for a bad option
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { compress } from 'amphi/http-kit';
 *
 * const registry = createRegistry({ name: 'shop' });
 * registry.use(compress());
 * registry.get('/', () => 'tea '.repeat(1000));
 *
 * const headers = { 'accept-encoding': 'gzip, br' };
 * const response = await registry.fetch(new Request('http://localhost/', { headers }));
 * const { byteLength } = await response.arrayBuffer();
 * console.log(response.headers.get('content-encoding'), byteLength < 100); // br true
 * ```
 */
export function compress(options: CompressOptions = {}): HttpInterceptor {
  assertOptions('compress', options, ['encodings', 'threshold', 'types']);
  const { encodings = ENCODINGS, threshold = 1024, types } = options;
  if (
    !Array.isArray(encodings) ||
    encodings.length === 0 ||
    !encodings.every((each) => ENCODINGS.includes(each))
  )
    throw new ConfigError(`compress: encodings must be a list of ${ENCODINGS.join(', ')}`);
  assertWhole('compress', 'threshold', threshold, 0, Number.MAX_SAFE_INTEGER);
  if (types !== undefined) assertFunction('compress', 'types', types);
  return async (request, _context, next) => {
    const reply = await next();
    const status = statusOf(reply);
    if (isUntouchable(reply) || status === 204 || status === 205 || status === 206) return reply;
    if (reply.body === undefined && status !== 304) return reply;
    const kit = await import('./compress.deferred.ts');
    const accepted = request.headers['accept-encoding'];
    const encoding = kit.negotiated(accepted, encodings);
    if (status === 304) return varying(reply, encoding);
    const { headers, body } = toRawResponse(reply, 'GET');
    const type = headers['content-type'];
    if (type === undefined || !(types ?? kit.isCompressible)(type)) return reply;
    reply.headers['content-type'] = type;
    // Made once: JSON is not written a second time.
    if (!isStream(body)) reply.body = body;
    const small = !isStream(body) && Buffer.byteLength(body ?? '') < threshold;
    varying(reply, small ? undefined : encoding);
    if (small || encoding === undefined || request.method === 'HEAD') return reply;
    return compressed(kit, reply, body, encoding);
  };
}

function isUntouchable({ headers }: Reply): boolean {
  const own = ['content-encoding', 'content-range', 'content-digest', 'repr-digest', 'digest', 'content-md5'];
  if (own.some((name) => headers[name] !== undefined && headers[name] !== null)) return true;
  return membersOf(headers['cache-control']).includes('no-transform');
}

/** HEAD and 304 are told what GET and 200 would be. */
function varying(reply: Reply, encoding: Encoding | undefined): Reply {
  addMembers(reply, 'vary', ['Accept-Encoding']);
  if (encoding === undefined) return reply;
  weaken(reply);
  delete reply.headers['content-length'];
  // A range would be one of the bytes before.
  delete reply.headers['accept-ranges'];
  return reply;
}

async function compressed(
  kit: Kit,
  reply: Reply,
  body: ReturnType<typeof toRawResponse>['body'],
  encoding: Encoding,
): Promise<Reply> {
  reply.body = isStream(body)
    ? kit.compressFlow(body, encoding)
    : await kit.compressWhole(body ?? '', encoding);
  reply.headers['content-encoding'] = encoding;
  return reply;
}
