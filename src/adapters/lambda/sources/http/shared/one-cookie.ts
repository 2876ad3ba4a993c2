import type { Context, RawResponse } from '../../../../../core/index.ts';
import type { HttpSourceName } from './types.ts';

/**
 * Headers where each name has one value: only one `set-cookie` fits. The first is sent and the rest are
 * logged by name, for a joined line would be split at the comma of `Expires`.
 */
export function headersWithOneCookie(
  response: RawResponse,
  source: HttpSourceName,
  context: Context,
  remedy: string,
): Record<string, string> {
  const { cookies } = response;
  if (cookies.length === 0) return response.headers;
  if (cookies.length > 1) {
    const dropped = cookies.slice(1).map((cookie) => cookie.slice(0, Math.max(0, cookie.indexOf('='))));
    context.logger.warn(`${source} takes one Set-Cookie only; ${remedy}`, { dropped });
  }
  return { ...response.headers, 'set-cookie': cookies[0]! };
}
