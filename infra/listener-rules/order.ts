import { METHODS, type Method } from '../../src/core/index.ts';
import { commonPaths, globOfPath, matches, type Path, patternText, STAR } from './globs.ts';
import type { Routes, Shape } from './routes.ts';
import type { Unit, Units } from './units.ts';

/** Requests of `before` that `after` would take, did it come first. */
interface Edge {
  readonly before: Unit;
  readonly after: Unit;
  readonly cases: readonly { readonly path: Path; readonly methods: readonly Method[] }[];
}

/** More than these and there is no use in going on: the load balancer has no room for them. */
const MOST_GUARDS = 200;
/** No rule holds a pattern with more. */
const MOST_STARS = 5;

/** No order is right, since the requests of these two cannot be told apart. */
export class NoOrder extends Error {
  readonly routes: readonly [string, string];

  constructor({ before, after }: Edge) {
    super('no order');
    this.routes = [before.title, after.title];
  }
}

/**
 * The units in an order in which the first that matches a request is on the side of its route, and what has to be kept
 * of them. Where a star matches over a slash, and so what belongs elsewhere, a guard for just that goes before it.
 * @throws NoOrder
 */
export function ordered(routes: Routes, units: Units): Unit[] {
  const all = [...units.all];
  const guards = new Map<string, Unit>();
  let edges = units.all.flatMap((unit) => edgesTo(unit, routes, units));
  for (;;) {
    const { order, circle } = sorted(all, edges);
    if (circle.length === 0) return needed(order, edges);
    const astray = circle.find(
      ({ cases, after }) => cases.length > 0 && cases.every(({ path }) => !after.means(path)),
    );
    const open = circle.filter(isTooOpen).map(({ after }) => after);
    if (open.length > 0) edges = narrowed(open, edges, routes, units);
    else if (astray === undefined) throw new NoOrder(circle[0]!);
    else edges = guarded(astray, { all, guards, edges }, routes, units);
  }
}

/** Whether a unit is in the way of methods only that none of its routes has. */
const isTooOpen = ({ after, cases }: Edge) =>
  after.methods === undefined &&
  cases.length > 0 &&
  cases.every(({ methods }) => methods.every((method) => !after.registered.has(method)));

/** Leaves units no other methods than those of their routes. */
function narrowed(open: readonly Unit[], edges: readonly Edge[], routes: Routes, units: Units): Edge[] {
  for (const unit of open) unit.methods = unit.registered;
  return [
    ...edges.filter(({ after, cases }) => !open.includes(after) || cases.length === 0),
    ...[...new Set(open)].flatMap((unit) => edgesTo(unit, routes, units)),
  ];
}

interface Guarded {
  readonly all: Unit[];
  readonly guards: Map<string, Unit>;
  readonly edges: readonly Edge[];
}

/** Puts guards in the place of an edge. @throws NoOrder where they would never end */
function guarded(astray: Edge, { all, guards, edges }: Guarded, routes: Routes, units: Units): Edge[] {
  const left = edges.filter((edge) => edge !== astray);
  for (const made of guardsOf(astray, routes)) {
    const known = guards.get(keyOf(made));
    left.push({ before: known ?? made, after: astray.after, cases: [] });
    if (known !== undefined) continue;
    const stars = made.glob.filter((text) => text === STAR).length;
    if (guards.size >= MOST_GUARDS || stars > MOST_STARS) throw new NoOrder(astray);
    guards.set(keyOf(made), made);
    all.push(made);
    left.push(...edgesTo(made, routes, units));
  }
  return left;
}

const keyOf = (unit: Unit) => `${unit.side} ${methodsKey(unit)} ${patternText(unit.glob)}`;

const methodsOf = ({ methods }: Unit): readonly Method[] => (methods === undefined ? METHODS : [...methods]);

function edgesTo(after: Unit, routes: Routes, units: Units): Edge[] {
  const edges = new Map<Unit, { path: Path; methods: Method[] }[]>();
  for (const shape of routes.shapes)
    for (const path of commonPaths(after.glob, shape.segments, routes.depth))
      for (const [unit, methods] of ownersOf(after, shape, path, routes, units))
        edges.set(unit, [...(edges.get(unit) ?? []), { path, methods }]);
  return [...edges].map(([before, cases]) => ({ before, after, cases }));
}

/** The units of another side to which requests for the path belong, with their methods. */
function ownersOf(after: Unit, shape: Shape, path: Path, routes: Routes, units: Units): Map<Unit, Method[]> {
  const owners = new Map<Unit, Method[]>();
  for (const method of methodsOf(after)) {
    const side = shape.sides.get(method);
    if (side === undefined || side === after.side || routes.owner(method, path) !== shape) continue;
    const unit = units.of(shape, method);
    owners.set(unit, [...(owners.get(unit) ?? []), method]);
  }
  return owners;
}

/** The guards of an edge; one for a shorter path often does for longer ones, too. */
function guardsOf(edge: Edge, routes: Routes): Unit[] {
  const guards: Unit[] = [];
  for (const each of edge.cases.toSorted((a, b) => a.path.length - b.path.length)) {
    const guard = guardOf(edge, each, routes);
    const covered = guards.some((known) => isAlike(known, guard) && matches(known.glob, each.path));
    if (!covered) guards.push(guard);
  }
  return guards;
}

function guardOf({ before, after }: Edge, { path, methods }: Edge['cases'][number], routes: Routes): Unit {
  const others = methodsOf(after).filter((method) => !methods.includes(method));
  const alone = others.every((method) => {
    const side = routes.owner(method, path)?.sides.get(method);
    return side === undefined || side === before.side;
  });
  const registered = new Set(methods);
  return {
    title: before.title,
    glob: globOfPath(path),
    side: before.side,
    methods: alone ? after.methods : registered,
    registered,
    means: () => false,
  };
}

/** By what has to come before what; as far as that leaves a choice, those of one rule stand together. */
function sorted(units: Unit[], edges: readonly Edge[]): { order: Unit[]; circle: Edge[] } {
  const waiting = new Map<Unit, Set<Unit>>(units.map((unit) => [unit, new Set()]));
  for (const { before, after } of edges) waiting.get(after)!.add(before);
  const order: Unit[] = [];
  const rank = new Map(units.map((unit) => [unit, patternText(unit.glob)]));
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, before]) => before.size === 0).map(([unit]) => unit);
    if (ready.length === 0) return { order, circle: circleIn(waiting, edges) };
    const last = order.at(-1);
    ready.sort((a, b) => compare(rank.get(a)!, rank.get(b)!));
    const next = ready.find((unit) => last !== undefined && isAlike(unit, last)) ?? ready[0]!;
    order.push(next);
    waiting.delete(next);
    for (const before of waiting.values()) before.delete(next);
  }
  return { order, circle: [] };
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** Whether two units can be parts of one rule. */
export function isAlike(a: Unit, b: Unit): boolean {
  return a.side === b.side && methodsKey(a) === methodsKey(b);
}

const methodsKey = ({ methods }: Unit) => (methods === undefined ? '*' : [...methods].sort().join());

/** Some circle among units that all wait for others. */
function circleIn(waiting: ReadonlyMap<Unit, ReadonlySet<Unit>>, edges: readonly Edge[]): Edge[] {
  const way: Unit[] = [];
  let unit = [...waiting.keys()][0]!;
  while (!way.includes(unit)) {
    way.push(unit);
    unit = [...waiting.get(unit)!][0]!;
  }
  const circle = [...way.slice(way.indexOf(unit)), unit];
  return circle.slice(1).flatMap((before, index) => {
    return edges.filter((edge) => edge.before === before && edge.after === circle[index]);
  });
}

const isSubset = (some: Unit['methods'], all: ReadonlySet<Method>) =>
  some !== undefined && [...some].every((method) => all.has(method));

/** Whether nothing is left for a unit after one with the same pattern. */
function hides(earlier: Unit, { glob, methods }: Unit): boolean {
  if (patternText(earlier.glob) !== patternText(glob)) return false;
  return earlier.methods === undefined || isSubset(methods, earlier.methods);
}

/** Those on both sides are left to the last rule, unless one that comes after them would take theirs. */
function needed(order: readonly Unit[], edges: readonly Edge[]): Unit[] {
  const kept = new Set(order.filter(({ side }) => side !== 'both'));
  for (const unit of order.toReversed())
    if (edges.some(({ before, after }) => before === unit && kept.has(after))) kept.add(unit);
  const left = order.filter((unit) => kept.has(unit));
  return left.filter((unit, index) => !left.slice(0, index).some((earlier) => hides(earlier, unit)));
}
