import { ConfigError } from './errors.ts';
import type { EventSource } from './event-source.ts';
import type { ErrorHook, FunctionHandler, FunctionInterceptor, HttpInterceptor } from './handlers.ts';
import { HTTP_HANDLER } from './handlers.ts';
import type { LifecycleEntry, ProbeEntry } from './hooks.ts';
import type { Method } from './messages.ts';
import type { FunctionOptions, RouteOptions } from './options.ts';
import { parsePath } from './router.ts';
import type { Prefix } from './scope.ts';

/** A route as it was registered; paths of mounted registries have their prefix already. */
export interface RouteEntry {
  readonly method: Method;
  readonly path: string;
  readonly handler: unknown;
  readonly options: RouteOptions;
  /** From `all`: gives way to a route of the same path and one method. */
  readonly weak: boolean;
  /** The registries that it belongs to, the innermost first: their interceptors and hooks are its own. */
  readonly owners: readonly object[];
}

export interface FunctionEntry {
  readonly name: string;
  readonly handler: FunctionHandler;
  readonly source?: EventSource<never>;
  readonly options: FunctionOptions;
  /** The outermost first. */
  readonly interceptors: readonly FunctionInterceptor[];
}

/** An interceptor with where it applies: requests below the prefix, among the routes of its owner. */
export interface InterceptorEntry {
  readonly prefix: Prefix;
  readonly interceptor: HttpInterceptor;
  readonly owner: object;
}

export interface ErrorHookEntry {
  readonly prefix: Prefix;
  readonly hook: ErrorHook;
  readonly owner: object;
}

/** All that a registry holds, mounted ones included; the outermost and the first registered first. */
export interface Collected {
  readonly routes: readonly RouteEntry[];
  readonly functions: readonly FunctionEntry[];
  readonly interceptors: readonly InterceptorEntry[];
  readonly errorHooks: readonly ErrorHookEntry[];
  readonly lifecycle: readonly LifecycleEntry[];
  readonly probes: readonly ProbeEntry[];
}

/** Routes by method and shape of the path. */
export class RouteTable {
  readonly #routes = new Map<string, RouteEntry>();

  /** @throws ConfigError for a path that is taken, or is none */
  add(entry: RouteEntry): void {
    const { method, path, weak } = entry;
    const key = `${method} ${shapeOf(path)}`;
    const known = this.#routes.get(key);
    if (known && known.weak === weak) {
      throw new ConfigError(`${nameOf(entry)}: already registered as ${known.method} ${known.path}`);
    }
    if (!known || !weak) this.#routes.set(key, entry);
  }

  /** Those that answer: a HEAD that only `all` took must not answer other than the GET beside it. */
  entries(): RouteEntry[] {
    return [...this.#routes]
      .filter(([key, entry]) => !this.#givesWayToGet(key, entry))
      .map(([, entry]) => entry);
  }

  /** As they were registered. */
  all(): RouteEntry[] {
    return [...this.#routes.values()];
  }

  #givesWayToGet(key: string, { method, weak }: RouteEntry): boolean {
    return weak && method === 'HEAD' && this.#routes.get(key.replace('HEAD', 'GET'))?.weak === false;
  }
}

/** How an error message calls a route. */
export function nameOf({ method, path, weak }: Pick<RouteEntry, 'method' | 'path' | 'weak'>): string {
  return `${weak ? 'ALL' : method} ${path}`;
}

// Two paths with other parameter names are still one path.
function shapeOf(path: string): string {
  const segments = parsePath(path).map(({ kind, name }) => (kind === 'static' ? `=${name}` : kind));
  return segments.join('/');
}

const FUNCTION_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** @throws ConfigError for what cannot name a Lambda function */
export function assertFunctionName(name: unknown): void {
  if (typeof name !== 'string' || !FUNCTION_NAME.test(name)) {
    throw new ConfigError(`function ${JSON.stringify(name)}: a name is 1 to 64 letters, digits, - or _`);
  }
  if (name === HTTP_HANDLER) throw new ConfigError(`function ${name}: this name stands for the HTTP routes`);
}

/** @throws ConfigError naming the handler */
export function assertHandler(handler: unknown, where: string): void {
  if (typeof handler !== 'function') throw new ConfigError(`${where}: the handler must be a function`);
}

/** @throws ConfigError for a probe with a bad name, or one that is taken */
export function assertProbes(probes: readonly ProbeEntry[]): void {
  for (const [index, { name }] of probes.entries()) {
    const taken = probes.findIndex((probe) => probe.name === name) < index;
    if (taken || !FUNCTION_NAME.test(name))
      throw new ConfigError(
        `readiness ${JSON.stringify(name)}: ${taken ? 'already registered' : 'a name is 1 to 64 letters, digits, - or _'}`,
      );
  }
}

/** @throws ConfigError for a handler that says it invokes what is no function of the service */
export function assertInvokes({ routes, functions }: Collected): void {
  const names = new Set(functions.map(({ name }) => name));
  const callers = [
    ...routes.map((entry) => [nameOf(entry), entry.options] as const),
    ...functions.map(({ name, options }) => [`function ${name}`, options] as const),
  ];
  for (const [where, { invokes = [] }] of callers) {
    const unknown = invokes.find((name) => !names.has(name));
    if (unknown !== undefined)
      throw new ConfigError(
        `${where}: invokes ${JSON.stringify(unknown)}, which is no function of this service`,
      );
  }
}
