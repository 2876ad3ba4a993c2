import helmet, { type HelmetOptions } from 'helmet';
import { ConfigError, type HttpInterceptor } from '../core/index.ts';
import { type StateKey, stateKey } from '../core/state.ts';
import { crypto } from './secrets.ts';

/**
 * What helmet takes: `contentSecurityPolicy`, `strictTransportSecurity`, `referrerPolicy`, `xFrameOptions` and so on, each with
 * settings, or false to leave it out.
 */
export type SecurityHeadersOptions = HelmetOptions & {
  /** Puts a new nonce for each reply into `script-src` and `style-src`; handlers find it by `cspNonce`. Default false. */
  readonly nonce?: boolean;
};

/** The nonce of this reply's Content-Security-Policy: for `<script nonce="...">`. Set where `securityHeaders` has `nonce`. */
export const cspNonce: StateKey<string> = stateKey('cspNonce');

type Headers = Record<string, string>;
type Directives = Record<string, null | Iterable<unknown>>;

/**
 * The headers that make browsers careful, by helmet, with its defaults: Content-Security-Policy, Strict-Transport-Security,
 * X-Content-Type-Options and others. A header that a handler sets itself stands, and null leaves
 * one out.
 * @throws ConfigError for what helmet refuses
 * @example
 * ```ts
 * import { createRegistry, reply } from 'amphi';
 * import { cspNonce, securityHeaders } from 'amphi/http-kit';
 *
 * const registry = createRegistry({ name: 'shop' });
 * const contentSecurityPolicy = { directives: { 'img-src': ["'self'", 'https://images.example'] } };
 * registry.use(securityHeaders({ nonce: true, contentSecurityPolicy }));
 * registry.get('/', (_request, context) => {
 *   const html = `<script nonce="${context.require(cspNonce)}">start()</script>`;
 *   return reply(html, { headers: { 'content-type': 'text/html; charset=utf-8' } });
 * });
 *
 * const response = await registry.fetch(new Request('http://localhost/'));
 * const nonce = /nonce="(.*)"/.exec(await response.text())![1]!;
 * console.log(response.headers.get('content-security-policy')!.includes(`script-src 'self' 'nonce-${nonce}'`)); // true
 * console.log(response.headers.get('x-content-type-options')); // nosniff
 * ```
 */
export function securityHeaders({ nonce = false, ...options }: SecurityHeadersOptions = {}): HttpInterceptor {
  if (typeof nonce !== 'boolean') throw new ConfigError('securityHeaders: nonce must be true or false');
  const headersFor = helmetHeaders(nonce ? withNonce(options) : options);
  // Nothing in them depends on the request but the nonce, and functions of the service's own.
  return async (_request, context, next) => {
    const value = nonce ? crypto().randomBytes(16).toString('base64') : '';
    if (nonce) context.set(cspNonce, value);
    const reply = await next();
    for (const [name, header] of Object.entries(headersFor(value)))
      if (!Object.hasOwn(reply.headers, name)) reply.headers[name] = header;
    return reply;
  };
}

/** helmet is a middleware of Express: it is given no more of a response than it uses. */
function helmetHeaders(options: HelmetOptions): (nonce: string) => Headers {
  const headersFor = (nonce: string): Headers => {
    const headers: Headers = {};
    const response = {
      nonce,
      setHeader: (name: string, value: string) => Object.assign(headers, { [name.toLowerCase()]: value }),
      // X-Powered-By, which nobody sets here.
      removeHeader: () => {},
    };
    middleware({} as never, response as never, (error) => {
      if (error) throw error;
    });
    return headers;
  };
  const middleware = refusing(() => helmet(options));
  refusing(() => headersFor('check'));
  return headersFor;
}

function refusing<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new ConfigError(`securityHeaders: ${(error as Error).message}`, { cause: error });
  }
}

const NONCED = ['script-src', 'style-src'];

function withNonce(options: HelmetOptions): HelmetOptions {
  const { contentSecurityPolicy: policy } = options;
  if (policy === false)
    throw new ConfigError('securityHeaders: a nonce needs the contentSecurityPolicy that is switched off');
  const given = typeof policy === 'object' ? policy : {};
  const own = dashed({ ...given.directives } as Directives);
  const defaults = given.useDefaults === false ? {} : helmet.contentSecurityPolicy.getDefaultDirectives();
  const directives: Directives = { ...defaults, ...own };
  const nonce = (_request: unknown, response: { nonce: string }) => `'nonce-${response.nonce}'`;
  for (const name of NONCED) {
    const sources = sourcesOf(directives[name] ?? directives['default-src']);
    directives[name] = [...sources.filter((source) => source !== "'none'"), nonce];
  }
  return { ...options, contentSecurityPolicy: { ...given, useDefaults: false, directives } as never };
}

/** None where it is switched off, which helmet marks by a symbol. */
function sourcesOf(given: unknown): unknown[] {
  if (typeof given === 'string') return [given];
  return typeof given === 'object' && given !== null ? [...(given as Iterable<unknown>)] : [];
}

/** helmet takes `scriptSrc` as well as `script-src`. */
function dashed(directives: Directives): Directives {
  const entries = Object.entries(directives);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value]),
  );
}
