import { request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { PlainRequest, PlainResponse } from './events.ts';

/** Sends a plain request as written: the path is never touched, repeated headers are lines of their own. */
export function sendHttp(
  base: string,
  plain: PlainRequest,
  extra: Record<string, string> = {},
): Promise<PlainResponse> {
  const { hostname, port } = new URL(base);
  const path = plain.query ? `${plain.path}?${plain.query}` : plain.path;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method: plain.method, agent: false });
    for (const [name, values] of grouped(plain.headers)) request.setHeader(name, values);
    for (const [name, value] of Object.entries(extra)) request.setHeader(name, value);
    // Node sends a DELETE's body without any framing unless told.
    if (plain.body !== undefined) request.setHeader('content-length', Buffer.byteLength(plain.body));
    request.on('error', reject);
    request.on('response', (response) => {
      const { statusCode: status = 0, rawHeaders } = response;
      buffer(response).then((body) => resolve({ status, headers: pairs(rawHeaders), body }), reject);
    });
    request.end(plain.body);
  });
}

function grouped(headers: PlainRequest['headers']): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  for (const [name, value] of headers ?? []) {
    const key = name.toLowerCase();
    lines.set(key, [...(lines.get(key) ?? []), value]);
  }
  return lines;
}

function pairs(raw: readonly string[]): [string, string][] {
  const out: [string, string][] = [];
  for (let i = 0; i < raw.length; i += 2) out.push([raw[i]!, raw[i + 1]!]);
  return out;
}
