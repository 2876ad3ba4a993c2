/** Fields that make no sense twice: the first wins, as node:http does, so both adapters agree. */
const SINGLE = new Set([
  'age',
  'authorization',
  'content-length',
  'content-type',
  'etag',
  'expires',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'retry-after',
  'server',
  'user-agent',
]);

/**
 * Joins header lines into one record with lower-case names:
 * `cookie` by `; `, single-value fields keep the first, all others by `, `.
 */
export function joinHeaders(pairs: Iterable<readonly [string, string]>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of pairs) addHeader(out, name.toLowerCase(), value);
  return out;
}

/** Adds one header line to such a record. */
export function addHeader(headers: Record<string, string>, name: string, value: string): void {
  // A header may be named `constructor`, which every plain object inherits.
  const known = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (known === undefined) headers[name] = value;
  else if (name === 'cookie') headers[name] = `${known}; ${value}`;
  else if (!SINGLE.has(name)) headers[name] = `${known}, ${value}`;
}

/** Request cookies, decoded; the first of a repeated name wins, a bad escape is kept as sent. */
export function parseCookies(header: string | undefined): Record<string, string> {
  const out: Record<string, string> = Object.create(null);
  if (header === undefined) return out;
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals < 0) continue;
    const name = part.slice(0, equals).trim();
    if (name === '' || name in out) continue;
    out[name] = decodeCookie(part.slice(equals + 1).trim());
  }
  return out;
}

function decodeCookie(raw: string): string {
  const value = raw.length > 1 && raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1) : raw;
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers that belong to one connection: a reply never sets them. */
export function isAdapterHeader(name: string): boolean {
  return HOP_BY_HOP.has(name);
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** A problem with a header line, or `undefined`: what node:http would refuse, refused before any adapter. */
export function headerProblem(name: string, value: string): string | undefined {
  if (!TOKEN.test(name)) return `header name ${JSON.stringify(name)} is not a token`;
  if (BAD_VALUE.test(value)) return `header ${name} has a character that HTTP does not allow`;
  return undefined;
}
