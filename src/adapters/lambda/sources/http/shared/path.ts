import { ConfigError } from '../../../../../core/index.ts';

/** What a path may hold as it is (RFC 3986 pchar and `/`), by character code. */
const ALLOWED = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/")
  ALLOWED[char.charCodeAt(0)] = 1;

const PERCENT = 0x25;

/**
 * Makes a path that a gateway has decoded a URL path again; an encoded path passes unchanged.
 * A decoded `%41` cannot be told from an encoded one and is kept.
 */
export function encodePath(path: string): string {
  for (let i = 0; i < path.length; i++) if (!allowedAt(path, i)) return encodeFrom(path, i);
  return path;
}

function allowedAt(path: string, at: number): boolean {
  const code = path.charCodeAt(at);
  if (code === PERCENT) return isHex(path.charCodeAt(at + 1)) && isHex(path.charCodeAt(at + 2));
  return code < 128 && ALLOWED[code] === 1;
}

function encodeFrom(path: string, start: number): string {
  let out = path.slice(0, start);
  for (const char of path.slice(start).toWellFormed()) {
    const at = start;
    start += char.length;
    out += allowedAt(path, at) ? char : encodeURIComponent(char);
  }
  return out;
}

function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

/** Cuts a prefix off on a segment boundary: `/prod` off `/prod/x`, never off `/products`. */
export function stripPrefix(path: string, prefix: string): string {
  if (prefix === '' || !path.startsWith(prefix)) return path;
  if (path.length === prefix.length) return '/';
  return path.charCodeAt(prefix.length) === 0x2f ? path.slice(prefix.length) : path;
}

/** A path always starts with `/`. It is only ever concatenated: `//host/x` is a path, no host. */
export function rooted(path: string): string {
  return path.charCodeAt(0) === 0x2f ? path : `/${path}`;
}

/**
 * Reads `AMPHI_BASE_PATH`; a trailing slash is cut.
 * @throws ConfigError when it does not start with `/` or holds what no path may
 */
export function basePathFrom(env: Readonly<Record<string, string | undefined>>): string {
  const given = env.AMPHI_BASE_PATH ?? '';
  const path = given.endsWith('/') ? given.slice(0, -1) : given;
  if (given === '' || path === '') return '';
  if (!path.startsWith('/') || encodePath(path) !== path)
    throw new ConfigError(`AMPHI_BASE_PATH=${given}: it must be a URL path that starts with /, e.g. /orders`);
  return path;
}
