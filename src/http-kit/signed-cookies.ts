import { ConfigError, type HttpRequest } from '../core/index.ts';
import { assertOptions } from './options.ts';
import { crypto, equalInConstantTime } from './secrets.ts';
import { type CookieAttributes, setCookie } from './set-cookie.ts';

export interface SignedCookiesOptions {
  /**
   * Each of 32 characters at least, random. The first signs, all are accepted: put a new one in front, and take the old one
   * away when what it has signed is gone.
   */
  readonly secrets: readonly string[];
}

/** A cookie whose signature is right. */
export interface SignedCookie {
  readonly value: string;
  /** It is signed by an older secret: set it anew. */
  readonly outdated: boolean;
}

/** Reads and makes signed cookies; see `signedCookies`. */
export interface SignedCookies {
  /** The value of a cookie; `undefined` where there is none, or none of ours. */
  get(request: HttpRequest, name: string): string | undefined;
  /** The same, and whether an older secret has signed it. */
  read(request: HttpRequest, name: string): SignedCookie | undefined;
  /** A `Set-Cookie` value for `reply(body, { cookies })`. @throws ConfigError as `setCookie` */
  set(name: string, value: string, attributes?: CookieAttributes): string;
}

const LEAST_SECRET = 32;

/**
 * Cookies that a client cannot change unseen: HMAC-SHA256 over name and value, compared in constant time. They can be read by
 * whoever has them, and stay right for ever: what must end needs a time in the value.
 * @throws ConfigError for no secret, or one that is too short
 * @example
 * ```ts
 * import { createRegistry, reply } from 'amphi';
 * import { signedCookies } from 'amphi/http-kit';
 *
 * const cookies = signedCookies({ secrets: ['a-new-random-secret-of-32-characters', 'the-old-random-secret-of-32-characters'] });
 * const registry = createRegistry({ name: 'shop' });
 * registry.post('/login', () => reply('in', { cookies: [cookies.set('__Host-user', 'ada', { maxAge: 3600 })] }));
 * registry.get('/', (request) => `Hello ${cookies.get(request, '__Host-user') ?? 'stranger'}`);
 *
 * const login = await registry.fetch(new Request('http://localhost/login', { method: 'POST' }));
 * const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
 * const helloTo = async (cookie: string) =>
 *   (await registry.fetch(new Request('http://localhost/', { headers: { cookie } }))).text();
 * console.log(await helloTo(cookie)); // Hello ada
 * console.log(await helloTo(cookie.replace('ada', 'eve'))); // Hello stranger
 * ```
 */
export function signedCookies(options: SignedCookiesOptions): SignedCookies {
  assertOptions('signedCookies', options, ['secrets']);
  const { secrets } = options;
  if (!Array.isArray(secrets) || secrets.length === 0)
    throw new ConfigError('signedCookies: secrets must be a list of one at least');
  const short = secrets.findIndex((secret) => typeof secret !== 'string' || secret.length < LEAST_SECRET);
  if (short >= 0)
    throw new ConfigError(`signedCookies: secret ${short + 1} must have ${LEAST_SECRET} characters at least`);
  const read = (request: HttpRequest, name: string): SignedCookie | undefined => {
    const given = Object.hasOwn(request.cookies, name) ? request.cookies[name]! : '';
    const dot = given.lastIndexOf('.');
    if (dot < 0) return undefined;
    const [value, signature] = [given.slice(0, dot), given.slice(dot + 1)];
    const by = secrets.findIndex((secret) => equalInConstantTime(signature, sign(name, value, secret)));
    return by < 0 ? undefined : { value, outdated: by > 0 };
  };
  return {
    read,
    get: (request, name) => read(request, name)?.value,
    set: (name, value, attributes) =>
      setCookie(name, `${value}.${sign(name, value, secrets[0]!)}`, attributes),
  };
}

/** With the name, so that the value of one cookie is not good for another; no name holds `=`. */
function sign(name: string, value: string, secret: string): string {
  return crypto().createHmac('sha256', secret).update(`${name}=${value}`).digest('base64url');
}
