/** What a client can make long, whatever the adapter: path, query, headers, cookies, bodies, values in replies and errors. */
import { splitTarget } from '../../../src/adapters/http/node-request.ts';
import { encodeError } from '../../../src/adapters/lambda/runtime-api/payload.ts';
import { encodePath } from '../../../src/adapters/lambda/sources/http/shared/path.ts';
import { encodedQuery, rawQuery } from '../../../src/adapters/lambda/sources/http/shared/query.ts';
import { lastForwarded } from '../../../src/adapters/lambda/sources/http/shared/request.ts';
import { parseJson } from '../../../src/cli/json-file.ts';
import {
  createRegistry,
  isAuthority,
  joinHeaders,
  parseCookies,
  type RawRequest,
  toJsonText,
} from '../../../src/core/index.ts';
import { canonicalPath } from '../../../src/core/path.ts';
import { RequestView } from '../../../src/core/request.ts';
import { type CostCase, list, NAMES, parsing, repeat } from './case.ts';

function viewOf(part: Partial<RawRequest>): RequestView {
  const raw = { method: 'POST', path: '/', headers: {}, rawQuery: '', body: undefined, clientIp: '' };
  const routed = { path: '/', route: '/', params: {}, options: { bodyLimit: 1 << 30 } };
  return new RequestView({ ...raw, scheme: 'https', ...part }, routed);
}

const service = createRegistry({ name: 'cost' })
  .get('/:a/:b/x', () => 1)
  .get('/a/:b/y', () => 1)
  .get('/a/*', () => 1)
  .get('/:a/b/*', () => 1)
  .freeze();

const paths: CostCase[] = [
  parsing('path, segments', 2000, repeat('/abc'), canonicalPath),
  parsing('path, escapes', 1000, (n) => `/${'%61%2f'.repeat(n)}`, canonicalPath),
  parsing('path, escaped percent signs', 2500, (n) => `/${'%25'.repeat(n)}`, canonicalPath),
  parsing('path, almost canonical', 4000, (n) => `${'/a'.repeat(n)}\u00e9`, canonicalPath),
  parsing('path, a bad escape at last', 2500, (n) => `/${'%41'.repeat(n)}%`, canonicalPath),
  parsing('path of an HTTP API', 1500, (n) => `/${'\u00e9%a '.repeat(n)}`, encodePath),
  parsing('path, routed', 4000, repeat('/a'), (path) => service.resolve('GET', path)),
  parsing('target of absolute form', 2000, (n) => `http://${'a.'.repeat(n)}/?${'a?'.repeat(n)}`, splitTarget),
];

const queries: CostCase[] = [
  parsing(
    'query, keys',
    2000,
    (n) => list((at) => `k${at}=v`)(n).join('&'),
    (text) => [...viewOf({ rawQuery: text }).query],
  ),
  parsing('query, one key', 2000, repeat('a=1&'), (text) => [...viewOf({ rawQuery: text }).query]),
  parsing('query, escapes', 2000, repeat('%41+'), (text) => [...viewOf({ rawQuery: text }).query]),
  parsing('query, delimiters', 6000, repeat('&=&?'), (text) => [...viewOf({ rawQuery: text }).query]),
  parsing('query of an event, values', 20_000, (n) => ({ a: list((at) => `${at} \u00e9`)(n) }), encodedQuery),
  parsing(
    'query of an event, keys',
    NAMES,
    (n) => Object.fromEntries(list((at) => [`k ${at}`, 'v&='] as const)(n)),
    rawQuery,
  ),
];

const headers: CostCase[] = [
  parsing(
    'headers, one name',
    1000,
    list(() => ['x-a', 'b'] as const),
    (pairs) => joinHeaders(pairs)['x-a']!.length,
  ),
  parsing(
    'headers, many names',
    NAMES,
    list((at) => [`X-${at}`, 'b'] as const),
    joinHeaders,
  ),
  parsing(
    'headers, cookie lines',
    1000,
    list(() => ['cookie', 'a=b'] as const),
    (pairs) => parseCookies(joinHeaders(pairs).cookie),
  ),
  parsing('cookies, names', NAMES, (n) => list((at) => `c${at}=v`)(n).join('; '), parseCookies),
  parsing('cookies, one name', 1500, repeat('a=1; '), parseCookies),
  parsing('cookies, delimiters', 2000, repeat(';= "'), parseCookies),
  parsing('cookies, escapes', 2000, (n) => `a="${'%41'.repeat(n)}"`, parseCookies),
  parsing('cookies, white space', 8000, (n) => `a=${' '.repeat(n)}b`, parseCookies),
  parsing('host, labels', 4000, repeat('a.'), isAuthority),
  parsing('host, digits', 4000, (n) => `[${'1:'.repeat(n)}]`, isAuthority),
  parsing('X-Forwarded-For', 800, (n) => ({ 'x-forwarded-for': '10.0.0.1, '.repeat(n) }), lastForwarded),
];

const bytes = (make: (n: number) => string) => (n: number) => Buffer.from(make(n));
const json = (body: Uint8Array) =>
  viewOf({ body })
    .json()
    .catch((error) => error);

const bodies: CostCase[] = [
  parsing(
    'JSON body, numbers',
    20_000,
    bytes((n) => `[${'1,'.repeat(n)}1]`),
    json,
  ),
  parsing(
    'JSON body, keys',
    NAMES,
    bytes((n) => JSON.stringify(Object.fromEntries(list((at) => [`k${at}`, at])(n)))),
    json,
  ),
  parsing(
    'JSON body, nesting',
    500,
    bytes((n) => '['.repeat(n) + ']'.repeat(n)),
    json,
  ),
  parsing(
    'JSON body, escapes',
    80_000,
    bytes((n) => `"${'\\u00e9'.repeat(n)}"`),
    json,
  ),
  parsing(
    'JSON body, an error at last',
    20_000,
    bytes((n) => `[${'1,'.repeat(n)}]`),
    json,
  ),
  parsing(
    'JSON file, an error at last',
    5000,
    (n) => `[${'1,\n'.repeat(n)}]`,
    (text) => parseJson(text, 'f'),
  ),
  parsing(
    'body in pieces',
    20_000,
    list(() => Buffer.from('ab')),
    async (pieces) => {
      const body = (async function* () {
        yield* pieces;
      })();
      return viewOf({ body: body as never }).text();
    },
  ),
];

const nested = (n: number): unknown => {
  let value: unknown = {};
  for (let level = 0; level < n; level++) value = { a: value, m: {} };
  return value;
};

const values: CostCase[] = [
  parsing(
    'reply, empty objects',
    2000,
    list(() => ({})),
    toJsonText,
  ),
  parsing(
    'reply, maps',
    5000,
    list((at) => new Map([[at, new Set([at])]])),
    toJsonText,
  ),
  parsing('reply, nesting', 50, nested, toJsonText),
  parsing('reply, a problem at last', 10_000, (n) => [...list(() => ({}))(n), 1n], toJsonText),
  parsing(
    'error, its stack',
    1000,
    (n) => errorOf(`x${'\n    at f (file:1:1)'.repeat(n)}`),
    (error) => encodeError(error),
  ),
  parsing(
    'error, a frame of parentheses',
    100,
    (n) => errorOf(`x\n    at ${' (:1'.repeat(n)}`),
    (error) => encodeError(error),
  ),
  parsing(
    'error, a frame of digits',
    100,
    (n) => errorOf(`x\n    at ${':1'.repeat(n)}x`),
    (error) => encodeError(error),
  ),
  parsing(
    'error, a frame of blanks',
    120,
    (n) => errorOf(`x\n    at ${' '.repeat(n)}x`),
    (error) => encodeError(error),
  ),
];

/** What a client wrote stands in the message, hence in the stack. */
function errorOf(message: string): Error {
  return new Error(message);
}

export const REQUESTS: readonly CostCase[] = [...paths, ...queries, ...headers, ...bodies, ...values];
