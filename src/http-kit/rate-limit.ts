import {
  type Awaitable,
  ConfigError,
  HttpError,
  type HttpInterceptor,
  type HttpRequest,
  type InvocationContext,
} from '../core/index.ts';
import { clientKey } from './client-key.ts';
import { addMembers } from './headers.ts';
import { assertFunction, assertOptions, assertWhole } from './options.ts';
import { memoryStore, type RateLimitStore } from './rate-limit-store.ts';
import { countFixed, countSliding, type Usage } from './rate-limit-window.ts';

export interface RateLimitOptions {
  /** Requests that one client may send in a window. */
  readonly limit: number;
  readonly windowSeconds: number;
  /**
   * `sliding`: the last `windowSeconds`, whenever that is, by the counts of two windows: exact for even traffic, and strict where
   * the limit is small (a limit of 1 may make a client wait for two windows). `fixed`: windows by the clock, so that twice the
   * limit may come around their border. Default `sliding`.
   */
  readonly window?: 'sliding' | 'fixed';
  /**
   * Who is counted together; `undefined` counts nobody. Default the client address, of IPv6 the /64 network. Handlers of
   * `registry.fetch` have no address, so there all are one client.
   */
  readonly key?: (request: HttpRequest, context: InvocationContext) => Awaitable<string | undefined>;
  /** Default a `memoryStore` of its own. */
  readonly store?: RateLimitStore;
  /** In headers, and in the keys of a store that several limits share: letters, digits and `-`. Default `default`. */
  readonly name?: string;
  /** What happens where the store fails: `allow` the request and log an error, or `refuse` it by 503. Default `allow`. */
  readonly whenStoreFails?: 'allow' | 'refuse';
}

const OPTIONS = ['limit', 'windowSeconds', 'window', 'key', 'store', 'name', 'whenStoreFails'];
const DAY = 86_400;

/**
 * Refuses more than `limit` requests of one client in `windowSeconds` by 429 `RATE_LIMITED` with `retry-after`. All replies tell
 * the state in `ratelimit` and `ratelimit-policy`, as draft-ietf-httpapi-ratelimit-headers-11 has them.
 * In Lambda each environment has a memory of its own, so a `memoryStore` limits there what one environment takes, no more:
 * that is logged once. Count in a shared store, or let API Gateway or AWS WAF do it.
 * @throws ConfigError for a bad option
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { rateLimit } from 'amphi/http-kit';
 *
 * const registry = createRegistry({ name: 'shop' });
 * registry.use(rateLimit({ limit: 2, windowSeconds: 60, window: 'fixed', key: (request) => request.headers['x-user'] }));
 * registry.get('/', () => 'tea');
 *
 * const ask = () => registry.fetch(new Request('http://localhost/', { headers: { 'x-user': 'ada' } }));
 * const [first, , third] = [await ask(), await ask(), await ask()];
 * console.log(first.headers.get('ratelimit-policy'), third.status); // "default";q=2;w=60 429
 * ```
 */
export function rateLimit(options: RateLimitOptions): HttpInterceptor {
  const { limit, windowSeconds, key, name, store, count, whenStoreFails } = settingsOf(options);
  let warned = options.store !== undefined || process.env.AWS_LAMBDA_FUNCTION_NAME === undefined;
  return async (request, context, next) => {
    if (!warned) {
      warned = true;
      context.logger.warn('rateLimit counts in memory: in Lambda each environment counts for itself', {
        name,
      });
    }
    const client = await key(request, context);
    if (client === undefined) return next();
    let usage: Usage;
    try {
      usage = await count(store, `${name}:${client}`, limit, windowSeconds * 1000, Date.now());
    } catch (error) {
      if (whenStoreFails === 'refuse') throw unavailable(error);
      context.logger.error('rateLimit: the store failed, the request is not counted', { name, error });
      return next();
    }
    const headers = headersOf(name, limit, windowSeconds, usage);
    if (!usage.allowed) throw refused(headers, usage);
    const reply = await next();
    for (const [header, value] of Object.entries(headers)) addMembers(reply, header, [value]);
    return reply;
  };
}

/** Seconds are whole, and a client that keeps to them must not come too early. */
const secondsOf = ({ waitMs }: Usage): number => Math.max(1, Math.ceil(waitMs / 1000));

function headersOf(name: string, limit: number, windowSeconds: number, usage: Usage) {
  return {
    'ratelimit-policy': `"${name}";q=${limit};w=${windowSeconds}`,
    ratelimit: `"${name}";r=${usage.remaining};t=${secondsOf(usage)}`,
  };
}

function refused(headers: Record<string, string>, usage: Usage): HttpError {
  const seconds = secondsOf(usage);
  return new HttpError(429, 'RATE_LIMITED', `Too many requests: try again in ${seconds} s.`, {
    headers: { ...headers, 'retry-after': String(seconds) },
  });
}

function unavailable(cause: unknown): HttpError {
  return new HttpError(503, 'RATE_LIMIT_UNAVAILABLE', 'The server cannot take the request now.', { cause });
}

function settingsOf(options: RateLimitOptions) {
  assertOptions('rateLimit', options, OPTIONS);
  const { limit, windowSeconds, window = 'sliding', name = 'default', whenStoreFails = 'allow' } = options;
  assertWhole('rateLimit', 'limit', limit, 1, 1_000_000_000);
  assertWhole('rateLimit', 'windowSeconds', windowSeconds, 1, 31 * DAY);
  if (window !== 'sliding' && window !== 'fixed')
    throw new ConfigError("rateLimit: window must be 'sliding' or 'fixed'");
  if (whenStoreFails !== 'allow' && whenStoreFails !== 'refuse')
    throw new ConfigError("rateLimit: whenStoreFails must be 'allow' or 'refuse'");
  if (!/^[A-Za-z0-9-]{1,64}$/.test(name))
    throw new ConfigError('rateLimit: name must be 1 to 64 letters, digits or -');
  const { key = ({ clientIp }: HttpRequest) => clientKey(clientIp), store = memoryStore() } = options;
  assertFunction('rateLimit', 'key', key);
  assertFunction('rateLimit', 'store.increment', store?.increment);
  assertFunction('rateLimit', 'store.read', store?.read);
  const count = window === 'sliding' ? countSliding : countFixed;
  return { limit, windowSeconds, key, name, store, count, whenStoreFails };
}
