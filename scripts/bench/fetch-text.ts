import type { Load } from './wrk.ts';

/** What of an answer must be equal between two servers. */
export async function fetchText(url: string, { method, path, body }: Load) {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(`${url}${path}`, { method, body, headers, signal: AbortSignal.timeout(5000) });
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
}
