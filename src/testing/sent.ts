import { isUtf8 } from 'node:buffer';
import type { PlainRequest } from './http-sources.ts';

/** A request as AWS has taken it in. */
export interface Sent {
  method: string;
  path: string;
  query: string;
  headers: (readonly [string, string])[];
  body: string | undefined;
  base64: boolean;
  clientIp: string;
  host: string;
}

export function sentOf(request: PlainRequest): Sent {
  const given = [...(request.headers ?? [])];
  const host = find(given, 'host') ?? 'service.example.com';
  if (find(given, 'host') === undefined) given.unshift(['Host', host]);
  const clientIp = request.clientIp ?? '203.0.113.9';
  // A proxy appends the peer to what the client itself claimed.
  const claimed = find(given, 'x-forwarded-for');
  const lines = given.filter(([name]) => !/^x-forwarded-(for|proto|port)$/i.test(name));
  lines.push(['X-Forwarded-For', claimed === undefined ? clientIp : `${claimed}, ${clientIp}`]);
  lines.push(['X-Forwarded-Port', '443'], ['X-Forwarded-Proto', 'https']);
  const { method, path, query = '' } = request;
  return { method, path, query, headers: lines, ...bodyOf(request), clientIp, host };
}

const TEXT = /^(text\/|application\/(json|javascript|xml)\b)/;

/** ALB's and HTTP API's documented rule: anything not a listed text type, or compressed, is base64. */
function bodyOf(request: PlainRequest): { body: string | undefined; base64: boolean } {
  if (request.body === undefined || request.body.length === 0) return { body: undefined, base64: false };
  const bytes = Buffer.from(request.body as Uint8Array);
  const headers = request.headers ?? [];
  const encoded = find(headers, 'content-encoding') !== undefined;
  const text = !encoded && TEXT.test(find(headers, 'content-type') ?? '') && isUtf8(bytes);
  return { body: bytes.toString(text ? 'utf8' : 'base64'), base64: !text };
}

export function find(lines: readonly (readonly [string, string])[], wanted: string): string | undefined {
  return lines.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** An HTTP API decodes the path, and cuts it at a decoded question mark. */
export function decodedPath(path: string): string {
  return decodeURIComponent(path).split('?')[0]!;
}

/** ALB and Lattice split the query but decode nothing. */
export function rawPairs(query: string): [string, string][] {
  const parts = query.split('&').filter((part) => part !== '');
  return parts.map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
  });
}

export function lastOf(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(pairs);
}

export function allOf(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const [name, value] of pairs) {
    out[name] ??= [];
    out[name].push(value);
  }
  return out;
}

export function joined(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const entries = Object.entries(allOf(pairs));
  return Object.fromEntries(entries.map(([name, values]) => [name, values.join(',')]));
}
