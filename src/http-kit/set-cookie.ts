import { stringifySetCookie } from 'cookie';
import { ConfigError } from '../core/index.ts';

/** What a browser is told of a cookie. The defaults are the careful ones. */
export interface CookieAttributes {
  /** Default `/`. */
  readonly path?: string;
  /** Default none: this host alone, without those below it. */
  readonly domain?: string;
  /** Seconds; 0 deletes it. Default until the browser is closed. */
  readonly maxAge?: number;
  readonly expires?: Date;
  /** Kept from scripts. Default true. */
  readonly httpOnly?: boolean;
  /** Only by https, and to localhost. Default true. */
  readonly secure?: boolean;
  /** Whether requests from other sites bring it. Default `lax`. */
  readonly sameSite?: 'strict' | 'lax' | 'none';
  /** Kept apart for each site that embeds this one (CHIPS). Default false. */
  readonly partitioned?: boolean;
  readonly priority?: 'low' | 'medium' | 'high';
}

/**
 * A `Set-Cookie` value for `reply(body, { cookies })`. `HttpOnly`, `Secure`, `SameSite=Lax` and `Path=/` unless told. The
 * value is percent-encoded; `request.cookies` decodes it.
 * @throws ConfigError for what a browser would refuse without a word: bad characters, `__Host-` and `__Secure-` without
 * their attributes, `SameSite=None` or `Partitioned` without `Secure`
 * @example
 * ```ts
 * import { setCookie } from 'amphi/http-kit';
 *
 * console.log(setCookie('__Host-theme', 'dark', { maxAge: 3600 })); // __Host-theme=dark; Max-Age=3600; Path=/; HttpOnly; Secure; SameSite=Lax
 * ```
 */
export function setCookie(name: string, value: string, attributes: CookieAttributes = {}): string {
  const { path = '/', httpOnly = true, secure = true, sameSite = 'lax', ...rest } = attributes;
  const all = { path, httpOnly, secure, sameSite, ...rest };
  const problem = problemOf(name, all);
  if (problem) throw new ConfigError(`cookie ${name}: ${problem}`);
  try {
    return stringifySetCookie({ name, value, ...all });
  } catch (error) {
    throw new ConfigError(`cookie ${name}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * A `Set-Cookie` value that deletes a cookie. Path, domain and `partitioned` must be those it was set with.
 * @throws ConfigError as `setCookie`
 * @example
 * ```ts
 * import { deleteCookie } from 'amphi/http-kit';
 *
 * console.log(deleteCookie('theme').startsWith('theme=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970')); // true
 * ```
 */
export function deleteCookie(name: string, attributes: CookieAttributes = {}): string {
  return setCookie(name, '', { ...attributes, maxAge: 0, expires: new Date(0) });
}

/** RFC 6265bis: what a browser asks of a cookie before it keeps it. */
function problemOf(
  name: string,
  { path, domain, secure, sameSite, partitioned }: CookieAttributes,
): string | undefined {
  // Browsers compare the prefixes without regard to case.
  const prefix = /^__(host|secure)-/i.exec(name)?.[1]?.toLowerCase();
  if (prefix !== undefined && !secure) return 'its prefix needs Secure';
  if (prefix === 'host' && domain !== undefined) return '__Host- allows no domain';
  if (prefix === 'host' && path !== '/') return "__Host- needs the path '/'";
  if (sameSite === 'none' && !secure) return 'SameSite=None needs Secure';
  if (partitioned && !secure) return 'Partitioned needs Secure';
  return undefined;
}
