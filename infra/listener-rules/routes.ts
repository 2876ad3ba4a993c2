import { METHODS, type Method, type RunOn } from '../../src/core/index.ts';
import { parsePath, Router, type Segment } from '../../src/core/router.ts';
import type { RouteDescription } from '../topology/types.ts';
import { encoded, FRESH, type Path } from './globs.ts';

/** All routes of one path, up to the names of its parameters. */
export interface Shape {
  readonly path: string;
  readonly segments: readonly Segment[];
  /** Where each of its methods runs; HEAD goes with GET where it has no route of its own. */
  readonly sides: ReadonlyMap<Method, RunOn>;
}

/** The routes as the core resolves them, for paths by their segments. */
export class Routes {
  readonly shapes: readonly Shape[];
  /** Segments of the longest. */
  readonly depth: number;
  readonly #routers = new Map(METHODS.map((method) => [method, new Router<Shape>()]));

  constructor(routes: readonly RouteDescription[]) {
    this.shapes = shapesOf(routes);
    this.depth = Math.max(0, ...this.shapes.map(({ segments }) => segments.length));
    for (const shape of this.shapes)
      for (const method of shape.sides.keys()) this.#routers.get(method)!.add(shape.path, shape);
  }

  /** Whose request it is. */
  owner(method: Method, path: Path): Shape | undefined {
    const text = path.map((segment) => (segment === FRESH ? '%01' : encoded(segment))).join('/');
    return this.#routers.get(method)!.find(`/${text}`)?.value;
  }
}

function shapesOf(routes: readonly RouteDescription[]): Shape[] {
  const shapes = new Map<string, { path: string; segments: Segment[]; sides: Map<Method, RunOn> }>();
  for (const { method, path, runOn } of routes) {
    const segments = parsePath(path);
    const key = segments.map(({ kind, name }) => (kind === 'static' ? `=${name}` : kind)).join('/');
    const shape = shapes.get(key) ?? { path, segments, sides: new Map() };
    shapes.set(key, shape);
    shape.sides.set(method as Method, runOn);
  }
  for (const { sides } of shapes.values()) {
    const get = sides.get('GET');
    if (get !== undefined && !sides.has('HEAD')) sides.set('HEAD', get);
  }
  return [...shapes.values()];
}
