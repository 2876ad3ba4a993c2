/** Path patterns of the load balancer, by segments, beside the routes that they stand for. */
import type { Segment } from '../../src/core/router.ts';

/** `*` of a pattern. Between two slashes it takes any number of segments, one at least: it matches a slash, too. */
export const STAR = null;

/** A pattern by its segments, each a literal (decoded) or {@link STAR}. */
export type Glob = readonly (string | typeof STAR)[];

/** A path by its segments; {@link FRESH} stands for one that no route names. */
export type Path = readonly string[];

/** Routes hold no control characters. */
export const FRESH = '\u0001';

/** The pattern of a route: a parameter becomes a star, as a wildcard is one. */
export const globOf = (segments: readonly Segment[]): Glob =>
  segments.map(({ kind, name }) => (kind === 'static' ? name : STAR));

/** The pattern of all paths like this one. */
export const globOfPath = (path: Path): Glob => path.map((text) => (text === FRESH ? STAR : text));

const isWildcard = (segments: readonly Segment[]) => segments.at(-1)?.kind === 'wildcard';

/** Whether a route takes a path, segment by segment; others may go before it. */
export function takes(segments: readonly Segment[], path: Path): boolean {
  const open = isWildcard(segments);
  if (open ? path.length < segments.length : path.length !== segments.length) return false;
  return segments.every(({ kind, name }, index) => kind !== 'static' || name === path[index]);
}

/**
 * The most general paths that a pattern matches and a route takes: every other one is made of one of them by naming
 * what is fresh there, or by more segments where no route looks any more. So what holds for these holds for all.
 * @param depth the most segments of any route: what comes after those is a wildcard's
 */
export function commonPaths(glob: Glob, segments: readonly Segment[], depth: number): Path[] {
  const open = isWildcard(segments);
  const shortest = Math.max(glob.length, segments.length);
  // So far a star can shift what follows it: as far as the end of the longest route.
  const longest = open ? glob.length + depth : segments.length;
  const paths: Path[] = [];
  for (let length = shortest; length <= longest; length++)
    for (const stretched of stretchings(glob, length)) {
      const path = unified(stretched, segments);
      if (path !== undefined) paths.push(path);
    }
  return paths;
}

/** Every way in which the stars of a pattern can take as many segments as make a path of this length. */
function stretchings(glob: Glob, length: number): Glob[] {
  const [first, ...rest] = glob;
  if (first === undefined) return length === 0 ? [[]] : [];
  const most = first === STAR ? length - rest.length : 1;
  const found: Glob[] = [];
  for (let taken = 1; taken <= most; taken++)
    for (const tail of stretchings(rest, length - taken)) found.push([...Array(taken).fill(first), ...tail]);
  return found;
}

/** Whether a pattern matches a path. */
export function matches(glob: Glob, path: Path): boolean {
  const [first, ...rest] = glob;
  if (first === undefined) return path.length === 0;
  if (first !== STAR) return path[0] === first && matches(rest, path.slice(1));
  // A star takes one segment at least, and leaves one at least to each of the others.
  const most = path.length - rest.length;
  return Array.from({ length: Math.max(0, most) }, (_, taken) => path.slice(taken + 1)).some((left) =>
    matches(rest, left),
  );
}

function unified(glob: Glob, segments: readonly Segment[]): Path | undefined {
  const path: string[] = [];
  for (const [index, text] of glob.entries()) {
    const segment = segments[index];
    const literal = segment?.kind === 'static' ? segment.name : STAR;
    if (text !== STAR && literal !== STAR && text !== literal) return undefined;
    path.push(text ?? literal ?? FRESH);
  }
  return path;
}

/** Characters that a pattern takes as they are. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html */
const PLAIN = /[^A-Za-z0-9_.$/~"'@:+&*-]/g;

/** The text of a pattern. What it cannot hold, escapes among it, becomes `?`, which takes any one character. */
export function patternText(glob: Glob): string {
  return `/${glob.map((text) => (text === STAR ? '*' : encoded(text).replace(PLAIN, '?'))).join('/')}`;
}

/** A segment as it is sent. */
export const encoded = (text: string): string => encodeURI(text).replace(/%25([0-9A-F]{2})/g, '%$1');
