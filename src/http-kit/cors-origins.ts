import { type Awaitable, ConfigError, type HttpRequest } from '../core/index.ts';

/** Decides by the origin, e.g. `https://shop.example`; may be asynchronous. */
export type OriginCheck = (origin: string, request: HttpRequest) => Awaitable<boolean>;

/** `*`, one origin, a pattern, a function, or a list of origins and patterns. */
export type Origins = string | RegExp | OriginCheck | readonly (string | RegExp)[];

/** How a browser writes an origin: no path, no default port, lower case. Schemes of apps count as well. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@A-Z]+$/;

/**
 * The check of an origin; `undefined` where every origin may.
 * @throws ConfigError for what no browser would send, and for patterns that other sites could match
 */
export function originCheck(origins: Origins): OriginCheck | undefined {
  if (origins === '*') return undefined;
  if (typeof origins === 'function') return origins;
  const list = Array.isArray(origins) ? (origins as readonly (string | RegExp)[]) : [origins as string];
  if (list.length === 0) throw new ConfigError('cors: origins must name one at least');
  for (const each of list) {
    if (each instanceof RegExp) assertPattern(each);
    else assertOrigin(each);
  }
  const texts = new Set(list.filter((each) => typeof each === 'string'));
  const patterns = list.filter((each) => typeof each !== 'string').map(whole);
  return (origin) => texts.has(origin) || patterns.some((pattern) => pattern.test(origin));
}

function assertOrigin(origin: unknown): void {
  if (origin === '*') throw new ConfigError(`cors: origins: '*' stands alone, not in a list`);
  if (typeof origin === 'string' && (origin === 'null' || isOrigin(origin))) return;
  throw new ConfigError(
    `cors: origins: ${JSON.stringify(origin)} is no origin, write it as a browser does: https://shop.example`,
  );
}

function isOrigin(text: string): boolean {
  if (!ORIGIN.test(text)) return false;
  if (!/^https?:/.test(text)) return true;
  return URL.canParse(text) && new URL(text).origin === text;
}

function assertPattern(pattern: RegExp): void {
  if (pattern.global || pattern.sticky)
    throw new ConfigError(
      `cors: origins: ${pattern} must have no flag g or y: it would match every other time`,
    );
  if (!/^\^.*(?<!\\)\$$/.test(pattern.source))
    throw new ConfigError(
      `cors: origins: ${pattern} must start with ^ and end with $, or other sites match as well`,
    );
}

/** All of an origin: in `^a|b$` each anchor holds for one side only. */
function whole({ source, flags }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, flags);
}
