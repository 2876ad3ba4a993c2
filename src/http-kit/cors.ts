import {
  ConfigError,
  type HttpInterceptor,
  type HttpRequest,
  METHODS,
  type Reply,
  reply,
} from '../core/index.ts';
import { type OriginCheck, type Origins, originCheck } from './cors-origins.ts';
import { addMembers } from './headers.ts';
import { assertOptions, assertWhole } from './options.ts';

export interface CorsOptions {
  /**
   * Who may read replies: `*`, origins such as `https://shop.example`, patterns (anchored by `^` and `$`), or a function, which
   * may be asynchronous. Default `*`.
   */
  readonly origins?: Origins;
  /** What a preflight allows. Default all methods but OPTIONS. */
  readonly methods?: readonly string[];
  /** Headers that a preflight allows. Default those that it asks for. */
  readonly allowedHeaders?: readonly string[];
  /** Headers that scripts may read beside the plain ones. Default none. */
  readonly exposedHeaders?: readonly string[];
  /** Whether cookies and HTTP authentication count; needs origins that are named. Default false. */
  readonly credentials?: boolean;
  /** Seconds for which a browser may keep the answer of a preflight; it has a limit of its own. Default its own, 5 s. */
  readonly maxAgeSeconds?: number;
  /** Answers the preflights of pages that ask a private network (Private Network Access). Default false. */
  readonly privateNetwork?: boolean;
}

const OPTIONS = [
  'origins',
  'methods',
  'allowedHeaders',
  'exposedHeaders',
  'credentials',
  'maxAgeSeconds',
  'privateNetwork',
];

interface Settings extends CorsOptions {
  readonly methods: readonly string[];
  /** `undefined`: every origin may. */
  readonly check: OriginCheck | undefined;
}

/**
 * Cross-origin requests (the Fetch standard's CORS). Register it among the first, so that the replies of errors have the
 * headers too. A preflight ends here with 204, whether there is a handler of OPTIONS or not, and no guard further inside sees
 * it; as an option of a route it answers the preflights of that route.
 * @throws ConfigError for a bad option, and for `*` with credentials, which browsers refuse
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { cors } from 'amphi/http-kit';
 *
 * const registry = createRegistry({ name: 'shop' });
 * registry.use(cors({ origins: ['https://shop.example', 'https://admin.example'], credentials: true }));
 * registry.put('/items/:id', () => 'put');
 *
 * const headers = { origin: 'https://shop.example', 'access-control-request-method': 'PUT' };
 * const url = 'http://localhost/items/7';
 * const preflight = await registry.fetch(new Request(url, { method: 'OPTIONS', headers }));
 * console.log(preflight.status, preflight.headers.get('access-control-allow-origin')); // 204 https://shop.example
 * console.log(preflight.headers.get('vary')?.split(', ')[0]); // Origin
 * ```
 */
export function cors(options: CorsOptions = {}): HttpInterceptor {
  const settings = settingsOf(options);
  const interceptor: HttpInterceptor = async (request, _context, next) => {
    const { origin } = request.headers;
    const allowed =
      settings.check === undefined || (origin !== undefined && (await settings.check(origin, request)));
    if (isPreflight(request)) return preflight(request, settings, allowed);
    const answer = await next();
    allow(answer, origin, settings, allowed);
    if (allowed && settings.exposedHeaders?.length)
      addMembers(answer, 'access-control-expose-headers', settings.exposedHeaders);
    return answer;
  };
  return Object.assign(interceptor, { preflight: true });
}

function isPreflight({ method, headers }: HttpRequest): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

function preflight({ headers }: HttpRequest, settings: Settings, allowed: boolean): Reply {
  const { methods, allowedHeaders, maxAgeSeconds, privateNetwork } = settings;
  const answer: Reply = reply(undefined, { status: 204 });
  allow(answer, headers.origin, settings, allowed);
  const asked = headers['access-control-request-headers'];
  if (allowedHeaders === undefined) addMembers(answer, 'vary', ['Access-Control-Request-Headers']);
  if (privateNetwork) addMembers(answer, 'vary', ['Access-Control-Request-Private-Network']);
  if (!allowed) return answer;
  answer.headers['access-control-allow-methods'] = methods;
  const names = allowedHeaders ?? (asked === undefined ? [] : [asked]);
  if (names.length > 0) answer.headers['access-control-allow-headers'] = names;
  if (maxAgeSeconds !== undefined) answer.headers['access-control-max-age'] = maxAgeSeconds;
  if (privateNetwork && headers['access-control-request-private-network'] === 'true')
    answer.headers['access-control-allow-private-network'] = 'true';
  return answer;
}

function allow(answer: Reply, origin: string | undefined, settings: Settings, allowed: boolean): void {
  // A cache must not give one site's reply to another: also where this one was refused, or sent no origin.
  if (settings.check) addMembers(answer, 'vary', ['Origin']);
  if (!allowed) return;
  answer.headers['access-control-allow-origin'] = settings.check ? origin : '*';
  if (settings.credentials) answer.headers['access-control-allow-credentials'] = 'true';
}

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function settingsOf(options: CorsOptions): Settings {
  assertOptions('cors', options, OPTIONS);
  const { origins = '*', credentials = false, maxAgeSeconds } = options;
  const methods = options.methods ?? METHODS.filter((method) => method !== 'OPTIONS');
  const lists = { methods, allowedHeaders: options.allowedHeaders, exposedHeaders: options.exposedHeaders };
  for (const [name, list] of Object.entries(lists)) {
    if (list === undefined) continue;
    if (!Array.isArray(list) || !list.every((each) => typeof each === 'string' && NAME.test(each)))
      throw new ConfigError(`cors: ${name} must be a list of names`);
    if (credentials && list.includes('*'))
      throw new ConfigError(
        `cors: ${name}: with credentials browsers take * for a plain name, name them one by one`,
      );
  }
  if (credentials && origins === '*')
    throw new ConfigError("cors: browsers refuse origins '*' with credentials, name the origins");
  if (maxAgeSeconds !== undefined) assertWhole('cors', 'maxAgeSeconds', maxAgeSeconds, 0, 86_400);
  return { ...options, methods, check: originCheck(origins) };
}
