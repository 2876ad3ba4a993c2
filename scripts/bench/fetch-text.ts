import type { Load } from './load/types.ts';

/** What of an answer must be equal between two servers: of its type only what is not optional. */
export async function fetchText(url: string, { method, path, body, type = 'application/json' }: Load) {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': type };
  const response = await fetch(`${url}${path}`, { method, body, headers, signal: AbortSignal.timeout(5000) });
  const essence = response.headers.get('content-type')?.split(';')[0];
  return { status: response.status, type: essence, body: await response.text() };
}
