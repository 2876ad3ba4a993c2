/** Where each handler runs: the one computation that worker, template, pictures and commands read. */
import { ConfigError } from './errors.ts';
import { placementRefusal, type RunOn } from './run-on.ts';
import type { CompiledFunction, CompiledRoute, Service } from './service.ts';

/** Stands for every handler that an override does not name. */
export const EVERY_HANDLER = '*';

export interface PlacedRoute {
  readonly route: CompiledRoute;
  readonly runOn: RunOn;
}

export interface PlacedFunction {
  readonly entry: CompiledFunction;
  readonly runOn: RunOn;
}

export interface Placement {
  readonly routes: readonly PlacedRoute[];
  /** Functions and event handlers. */
  readonly functions: readonly PlacedFunction[];
}

/**
 * What the registry says, with what a stage overrides: by the name of a function, `GET /users/:id`, `/users/:id` (all
 * its methods) or `*` (all that is not named). Routes run on both sides by default, all else in Lambda.
 * @throws ConfigError for an override that names nothing, and naming each handler that cannot run where it is placed
 */
export function placementOf(service: Service, overrides: Readonly<Record<string, RunOn>> = {}): Placement {
  const problems: string[] = [];
  const used = new Set([EVERY_HANDLER]);
  const overrideOf = (...names: string[]): RunOn | undefined => {
    const name = names.find((each) => Object.hasOwn(overrides, each));
    if (name !== undefined) used.add(name);
    return overrides[name ?? EVERY_HANDLER];
  };
  const routes = service.routes.map((route): PlacedRoute => {
    const { method, path, options } = route;
    return { route, runOn: overrideOf(`${method} ${path}`, path) ?? options.runOn ?? 'both' };
  });
  const functions = [...service.functions.values()].map((entry): PlacedFunction => {
    const { name, source, options } = entry;
    const runOn = overrideOf(name) ?? options.runOn ?? 'lambda';
    const refusal = placementRefusal(source, runOn);
    if (refusal !== undefined) problems.push(`${name}: ${refusal}`);
    return { entry, runOn };
  });
  for (const name of Object.keys(overrides))
    if (!used.has(name)) problems.push(`runOn ${JSON.stringify(name)}: there is no such function or route`);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return { routes, functions };
}
