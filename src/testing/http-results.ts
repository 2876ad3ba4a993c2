import type { HttpSourceName } from './http-sources.ts';

/** An answer as a client gets it; each Set-Cookie is its own line. */
export interface PlainResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: [string, string][];
  readonly body: Buffer;
}

const MB = 1024 * 1024;
const RESULT_KEYS = new Set([
  'statusCode',
  'statusDescription',
  'headers',
  'multiValueHeaders',
  'cookies',
  'body',
  'isBase64Encoded',
]);

/**
 * What the client of a source gets for a function's result.
 * @throws Error where AWS would answer 502: a wrong type, an unknown key, or too large
 */
export function readResult(source: HttpSourceName, result: unknown): PlainResponse {
  const wire = JSON.stringify(result);
  const limit = source.startsWith('alb') ? MB : 6 * MB;
  if (Buffer.byteLength(wire) > limit) throw new Error(`${source}: 502, over ${limit} bytes`);
  const parsed = JSON.parse(wire) as Record<string, unknown>;
  for (const key of Object.keys(parsed))
    if (!RESULT_KEYS.has(key)) throw new Error(`${source}: 502, unknown key ${key}`);
  const { statusCode, body = '', isBase64Encoded = false } = parsed;
  if (!Number.isInteger(statusCode)) throw new Error(`${source}: 502, statusCode ${statusCode}`);
  if (typeof body !== 'string' || typeof isBase64Encoded !== 'boolean')
    throw new Error(`${source}: 502, body`);
  const headers = linesOf(source, parsed);
  return {
    status: statusCode as number,
    headers,
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  };
}

function linesOf(source: HttpSourceName, result: Record<string, unknown>): [string, string][] {
  const single = source === 'vpc-lattice-v2' ? [] : singleLines(source, result.headers);
  const multi = multiLines(source, result.multiValueHeaders);
  switch (source) {
    case 'apigateway-v1': {
      const named = new Set(multi.map(([name]) => name));
      return [...single.filter(([name]) => !named.has(name)), ...multi];
    }
    case 'apigateway-v2':
    case 'function-url':
      return [...single, ...multiLines(source, { 'set-cookie': result.cookies ?? [] })];
    case 'alb-multi':
      return multi;
    case 'vpc-lattice-v2':
      return Object.entries(result.headers ?? {}).flatMap(([name, value]) =>
        [value].flat().map((one): [string, string] => [name.toLowerCase(), text(source, name, one)]),
      );
    default:
      return single;
  }
}

function singleLines(source: string, headers: unknown): [string, string][] {
  return Object.entries(headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    text(source, name, value),
  ]);
}

function multiLines(source: string, headers: unknown): [string, string][] {
  return Object.entries(headers ?? {}).flatMap(([name, values]) => {
    if (!Array.isArray(values)) throw new Error(`${source}: 502, ${name} is no array`);
    return values.map((value): [string, string] => [name.toLowerCase(), text(source, name, value)]);
  });
}

function text(source: string, name: string, value: unknown): string {
  if (typeof value !== 'string') throw new Error(`${source}: 502, header ${name} is a ${typeof value}`);
  return value;
}
