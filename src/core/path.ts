import { frameworkError, type HttpError } from './errors.ts';

/** Letter for letter canonical already: no escape, nothing that needs one, no dot first in a segment. */
const CANONICAL = /^(?:\/(?!\.)[A-Za-z0-9\-._~!$&'()*+,;=:@]*)+$/;
/** What no path of a request target may hold (RFC 9112, 3.2.1): query and fragment are no part of it. */
const FORBIDDEN = /[?#\x00-\x20\x7f]/;
const DOT_SEGMENT = /^\.\.?$/;

/**
 * The canonical form of a request's path: escapes of characters that need none are undone, all others are upper case,
 * and what must be escaped is. So whoever compares the path decides as the router does.
 * @throws HttpError 400 `BAD_URL` for what is no path: no leading slash, a fragment, a bad escape, `.` and `..` segments
 */
export function canonicalPath(path: string): string {
  if (CANONICAL.test(path)) return path;
  if (!path.startsWith('/')) throw badUrl(path, 'must start with /');
  if (FORBIDDEN.test(path)) throw badUrl(path, 'has a character that a path cannot hold');
  return path
    .split('/')
    .map((text) => canonicalSegment(text, path))
    .join('/');
}

function canonicalSegment(text: string, path: string): string {
  const decoded = decodeSegment(text);
  if (decoded === undefined) throw badUrl(path, 'has a bad percent escape');
  // A client resolves these before it sends (RFC 3986, 5.2.4): what still comes with them hopes to be misread.
  if (DOT_SEGMENT.test(decoded)) throw badUrl(path, 'has a . or .. segment');
  return encodeURI(decoded).replace(/%25([0-9A-F]{2})/g, '%$1');
}

function badUrl(path: string, why: string): HttpError {
  return frameworkError('BAD_URL', `The path ${path} ${why}.`);
}

/**
 * Decodes all but the reserved characters and `%25`, so `%2F` never makes a new segment; `%2f` is `%2F`.
 * @returns `undefined` for a bad escape
 */
export function decodeSegment(text: string): string | undefined {
  try {
    // Half of a character has no escape, and no way to send it.
    if (!text.includes('%')) return text.isWellFormed() ? text : undefined;
    return decodeURI(text.replaceAll('%25', '%2525')).replace(/%[0-9a-f]{2}/gi, (hex) => hex.toUpperCase());
  } catch {
    return undefined;
  }
}
