import { ConfigError } from './errors.ts';
import type { HttpInterceptor } from './handlers.ts';
import { decodeSegment } from './path.ts';
import { parsePath, type Segment } from './router.ts';

/** The paths below a prefix such as `/orders` or `/users/:id`; matched segment by segment, as the router matches. */
export interface Prefix {
  readonly text: string;
  readonly segments: readonly Segment[];
}

/** @throws ConfigError for a bad prefix */
export function parsePrefix(text: string, where: string): Prefix {
  if (text === '' || text === '/') return { text: '', segments: [] };
  if (typeof text !== 'string' || text.endsWith('/')) {
    throw new ConfigError(`${where}: a prefix starts with / and does not end with it`);
  }
  const segments = parsePath(text);
  if (segments.some(({ kind }) => kind === 'wildcard')) {
    throw new ConfigError(`${where}: a prefix needs no wildcard, it covers all below it`);
  }
  return { text, segments };
}

/** Whether requests of a route lie below a prefix; `sometimes` where it depends on the request. */
export function coverage(prefix: Prefix, route: readonly Segment[]): 'always' | 'sometimes' | 'never' {
  let result: 'always' | 'sometimes' = 'always';
  for (const [index, wanted] of prefix.segments.entries()) {
    const segment = route[index];
    if (segment === undefined) return 'never';
    if (segment.kind === 'wildcard') return 'sometimes';
    if (wanted.kind === 'param') continue;
    if (segment.kind === 'param') result = 'sometimes';
    else if (segment.name !== wanted.name) return 'never';
  }
  return result;
}

/** Whether a canonical path lies below a prefix. */
export function isBelow(prefix: Prefix, path: string): boolean {
  if (prefix.segments.length === 0) return true;
  const texts = path.slice(1).split('/');
  return prefix.segments.every(({ kind, name }, index) => {
    const text = texts[index];
    return text !== undefined && (kind === 'param' || decodeSegment(text) === name);
  });
}

/** The interceptor for requests below the prefix; all others pass by it. */
export function onlyBelow(prefix: Prefix, interceptor: HttpInterceptor): HttpInterceptor {
  return (request, context, next) =>
    isBelow(prefix, request.path) ? interceptor(request, context, next) : next();
}
