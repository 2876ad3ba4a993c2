import type { PlainResponse } from './http-results.ts';
import type { PlainRequest } from './http-sources.ts';

/** Statuses whose Response must have no body. */
const EMPTY = new Set([204, 205, 304]);
/** Of one connection, so no part of the response; `fetch` hides them as well. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding']);

export async function toPlain(request: Request): Promise<PlainRequest> {
  const { pathname, search, host } = new URL(request.url);
  const headers = [...request.headers].filter(([name]) => name !== 'host');
  return {
    method: request.method,
    path: pathname,
    query: search.slice(1),
    headers: [['host', request.headers.get('host') ?? host], ...headers],
    ...(request.body === null ? {} : { body: new Uint8Array(await request.arrayBuffer()) }),
  };
}

export function toResponse({ status, headers: lines, body }: PlainResponse): Response {
  const headers = new Headers();
  for (const [name, value] of lines) if (!HOP_BY_HOP.has(name.toLowerCase())) headers.append(name, value);
  const bytes = EMPTY.has(status) || body.length === 0 ? null : new Uint8Array(body);
  return new Response(bytes, { status, headers });
}
