import findMyWay from 'find-my-way';
import t from 'tap';
import { HttpError } from '../../src/core/index.ts';
import { Router } from '../../src/core/router.ts';
import { randomOf } from './support.ts';

/**
 * Core's router against find-my-way with Fastify's options. Outside core's subset by design:
 * - parameters inside a segment (`/a-:id`), regular expressions and optional parameters are refused at registration;
 * - escapes in a route path stand for the character (`/a%20b`), where find-my-way wants it plain (`/a b`),
 *   so `asTheirs` rewrites them; a `%2F` in a route path cannot be said to find-my-way at all;
 * - a parameter may be of any length, where find-my-way stops at `maxParamLength`.
 */
const SEEDS = [1, 2, 3, 4];
const ROUTE_SETS = 700;
const PATHS_EACH = 25;

const STATIC = [
  'a',
  'b',
  'ab',
  'aé',
  '::a',
  'a%20b',
  '%F0%9F%98%80',
  '😀',
  '100%25',
  '',
  'constructor',
  '%c3%a9',
];
const SENT = [
  ...[
    'a',
    'b',
    'ab',
    'abc',
    'a%C3%A9',
    'é',
    ':a',
    '%3Aa',
    'a%20b',
    'a b',
    '%F0%9F%98%80',
    '%61',
    '100%25',
    '100%2525',
  ],
  ...[
    '',
    '',
    '%2F',
    'a%2Fb',
    'a%2fb',
    '%25',
    '%252F',
    '%40',
    'x%40y',
    '%2B+',
    'constructor',
    '__proto__',
    '*',
    '😀',
  ],
];
const BROKEN = ['%', '%zz', 'a%F', '%F0%9F', '%C3', '%80', '%25%', '%2', '%ED%A0%80'];

type Pick = <T>(from: readonly T[]) => T;

function randomRoute(pick: Pick, random: () => number): string {
  const length = 1 + Math.floor(random() * 4);
  const segments = Array.from({ length }, (_, at) =>
    random() < 0.35 ? `:p${at}${pick(['', 'x'])}` : pick(STATIC),
  );
  if (random() < 0.25) segments[length - 1] = '*';
  return `/${segments.join('/')}`;
}

function randomPath(pick: Pick, random: () => number): string {
  const segments = Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick(SENT));
  if (random() < 0.08) segments[Math.floor(random() * segments.length)] = pick(BROKEN);
  return `/${segments.join('/')}`;
}

/** The same route in find-my-way's spelling. */
function asTheirs(route: string): string {
  return decodeURI(route.replaceAll('%25', '%2525')).replaceAll('%25', '%');
}

type Outcome = { route?: string; params?: Record<string, string>; bad?: true };

class Pair {
  readonly ours = new Router<string>();
  readonly theirs = findMyWay({ caseSensitive: true, maxParamLength: 10_000, onBadUrl: () => {} });

  /** False when both have the path already; they must agree on that too. */
  add(route: string): boolean {
    const ours = this.ours.add(route, route);
    let theirs = true;
    try {
      this.theirs.on('GET', asTheirs(route), () => {}, route);
    } catch {
      theirs = false;
    }
    if (ours !== theirs) throw new Error(`only one of the routers takes ${route}`);
    return ours;
  }

  findOurs(path: string): Outcome {
    try {
      const found = this.ours.find(path);
      return found ? { route: found.value, params: { ...found.params } } : {};
    } catch (error) {
      if (error instanceof HttpError && error.code === 'BAD_URL' && error.status === 400)
        return { bad: true };
      throw error;
    }
  }

  findTheirs(path: string): Outcome {
    const found = this.theirs.find('GET', path);
    if (found === null) return {};
    // A bad URL comes back as a match without route data.
    return found.store === null
      ? { bad: true }
      : { route: found.store as string, params: { ...found.params } as Record<string, string> };
  }
}

for (const seed of SEEDS) {
  t.test(`seed ${seed}`, async (t) => {
    const random = randomOf(seed);
    const pick: Pick = (from) => from[Math.floor(random() * from.length)]!;
    const seen = { matched: 0, missed: 0, bad: 0, params: 0 };
    for (let set = 0; set < ROUTE_SETS; set++) {
      const pair = new Pair();
      const routes = Array.from({ length: 1 + Math.floor(random() * 8) }, () => randomRoute(pick, random));
      for (const route of routes) pair.add(route);
      for (let n = 0; n < PATHS_EACH; n++) {
        const path = randomPath(pick, random);
        const ours = pair.findOurs(path);
        const theirs = pair.findTheirs(path);
        if (JSON.stringify(ours) !== JSON.stringify(theirs))
          t.strictSame(ours, theirs, `${path} in ${routes.join(' ')}`);
        if (ours.bad) seen.bad++;
        else if (ours.route === undefined) seen.missed++;
        else seen.matched++;
        if (Object.keys(ours.params ?? {}).length > 1) seen.params++;
      }
    }
    t.comment(JSON.stringify(seen));
    t.ok(t.passing(), 'both routers agree on every path');
    t.ok(
      Object.values(seen).every((count) => count > 200),
      'every kind of outcome came up often',
    );
  });
}
