import type { Method, RunOn } from '../../src/core/index.ts';
import { commonPaths, type Glob, globOf, type Path, STAR, takes } from './globs.ts';
import type { Routes, Shape } from './routes.ts';

/** A pattern that leads to a side: what becomes a part of a rule. */
export interface Unit {
  /** Its routes, for errors. */
  readonly title: string;
  readonly glob: Glob;
  readonly side: RunOn;
  /** Methods that it takes; `undefined` for any. */
  methods: ReadonlySet<Method> | undefined;
  /** Those of its routes. */
  readonly registered: ReadonlySet<Method>;
  /** Whether a path belongs to the routes for which it is made, rather than being matched by the way. */
  readonly means: (path: Path) => boolean;
}

/** The units of the routes, and which of them stands for a route. */
export interface Units {
  readonly all: Unit[];
  readonly of: (shape: Shape, method: Method) => Unit;
}

export function unitsOf(routes: Routes): Units {
  const found = new Map<Shape, Unit[]>();
  for (const { unit, shapes } of commonPrefixes(routes)) for (const shape of shapes) found.set(shape, [unit]);
  for (const shape of routes.shapes) if (!found.has(shape)) found.set(shape, shapeUnits(shape));
  return {
    all: [...new Set([...found.values()].flat())],
    of: (shape, method) => found.get(shape)!.find(({ registered }) => registered.has(method))!,
  };
}

/** One unit for each side of a path. Where that is one, methods do not matter: so OPTIONS and 405 go there as well. */
function shapeUnits({ path, segments, sides }: Shape): Unit[] {
  const different = [...new Set(sides.values())];
  return different.map((side, index): Unit => {
    const registered = new Set([...sides.keys()].filter((method) => sides.get(method) === side));
    const title = `${[...registered][0]} ${path}`;
    if (index === 0 && !sides.has('OPTIONS')) registered.add('OPTIONS');
    return {
      title,
      glob: globOf(segments),
      side,
      methods: different.length === 1 ? undefined : registered,
      registered,
      means: (path) => takes(segments, path),
    };
  });
}

/** Prefixes below which every route is on one and the same side: one pattern stands for all of them. */
function commonPrefixes(routes: Routes): { unit: Unit; shapes: readonly Shape[] }[] {
  const done = new Set<Shape>();
  const folded: { unit: Unit; shapes: readonly Shape[] }[] = [];
  for (const prefix of prefixesOf(routes)) {
    const glob = [...prefix, STAR];
    const below = routes.shapes.filter(({ segments }) => isBelow(segments, prefix));
    if (below.length < 2 || below.some((shape) => done.has(shape))) continue;
    const sides = sidesWithin(routes, glob);
    const [side] = sides;
    if (sides.size !== 1 || side === 'both') continue;
    for (const shape of below) done.add(shape);
    const registered = new Set(below.flatMap(({ sides }) => [...sides.keys()]));
    const means = (path: Path) =>
      path.length > prefix.length && prefix.every((text, index) => text === path[index]);
    const title = `/${prefix.join('/')}/*`;
    folded.push({ unit: { title, glob, side: side!, methods: undefined, registered, means }, shapes: below });
  }
  return folded;
}

/** Leading literals of paths, the shortest first. */
function prefixesOf({ shapes }: Routes): string[][] {
  const prefixes = new Map<string, string[]>();
  for (const { segments } of shapes) {
    const end = segments.findIndex(({ kind }) => kind !== 'static');
    const literals = segments.slice(0, end < 0 ? segments.length - 1 : end).map(({ name }) => name);
    for (let length = 1; length <= literals.length; length++) {
      const prefix = literals.slice(0, length);
      prefixes.set(prefix.join('/'), prefix);
    }
  }
  return [...prefixes.values()].sort((a, b) => a.length - b.length);
}

const isBelow = (segments: Shape['segments'], prefix: readonly string[]) =>
  segments.length > prefix.length &&
  prefix.every((text, index) => segments[index]!.kind === 'static' && segments[index]!.name === text);

/** On which sides requests are that a pattern matches. */
function sidesWithin(routes: Routes, glob: Glob): Set<RunOn> {
  const sides = new Set<RunOn>();
  for (const shape of routes.shapes)
    for (const path of commonPaths(glob, shape.segments, routes.depth))
      for (const [method, side] of shape.sides) if (routes.owner(method, path) === shape) sides.add(side);
  return sides;
}
