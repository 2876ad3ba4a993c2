import { compileFunction, compileRoute, scopesOf } from './compile.ts';
import { ConfigError } from './errors.ts';
import type { EventHandler, EventSource } from './event-source.ts';
import type {
  ErrorHook,
  FunctionHandler,
  FunctionInterceptor,
  HttpHandler,
  HttpInterceptor,
  ParamsOf,
} from './handlers.ts';
import type { LifecycleEntry, LifecycleHook, ProbeEntry, ReadinessProbe } from './hooks.ts';
import { DEFAULT_BODY_LIMIT } from './limits.ts';
import { METHODS, type Method } from './messages.ts';
import type { FetchHandler, MountOptions } from './mount.ts';
import {
  assertFunctionOptions,
  assertRouteOptions,
  type EventOptions,
  type FunctionOptions,
  type RouteOptions,
} from './options.ts';
import {
  assertFunctionName,
  assertHandler,
  assertInvokes,
  assertProbes,
  type Collected,
  type ErrorHookEntry,
  type FunctionEntry,
  type InterceptorEntry,
  nameOf,
  RouteTable,
} from './registration.ts';
import type { RequestView } from './request.ts';
import { placementRefusal } from './run-on.ts';
import type { ResultOf, RouteSchema, ValidOf } from './schema.ts';
import { type Prefix, parsePrefix } from './scope.ts';
import { type CompiledFunction, Service } from './service.ts';
import { Siblings } from './siblings.ts';

export interface RegistryOptions {
  /** Names the service: letters, digits and `-`, a letter first, at most 48. Used for stack and program names. */
  readonly name: string;
  /** Default `0.0.0`. */
  readonly version?: string;
  readonly description?: string;
}

/**
 * Registers a route: `get('/users/:id', options, handler)`; the options may be left out.
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { z } from 'zod';
 *
 * const registry = createRegistry({ name: 'shop' });
 * const schema = { params: z.object({ id: z.coerce.number() }), query: z.object({ full: z.stringbool() }) };
 *
 * registry.get('/items/:id', { schema }, (request) => {
 *   const { params, query } = request.valid;
 *   return { id: params.id + 1, full: query.full };
 * });
 *
 * const response = await registry.fetch(new Request('http://localhost/items/41?full=yes'));
 * console.log(await response.text()); // {"id":42,"full":true}
 * ```
 */
export interface RegisterRoute<Self> {
  <const Path extends string>(path: Path, handler: HttpHandler<ParamsOf<Path>>): Self;
  <const Path extends string, S extends RouteSchema = Record<never, never>>(
    path: Path,
    options: RouteOptions<S>,
    handler: HttpHandler<ParamsOf<Path>, ValidOf<S>, ResultOf<S>>,
  ): Self;
}

interface Mount {
  readonly prefix: Prefix;
  readonly registry: Registry;
}

const SERVICE_NAME = /^[A-Za-z][A-Za-z0-9-]{0,47}$/;

/** Where a service declares its handlers. Mistakes are errors at registration; `freeze` ends registration. */
export class Registry {
  readonly name: string;
  readonly version: string;
  readonly description: string;

  readonly get: RegisterRoute<this> = this.#registrar('GET');
  readonly post: RegisterRoute<this> = this.#registrar('POST');
  readonly put: RegisterRoute<this> = this.#registrar('PUT');
  readonly patch: RegisterRoute<this> = this.#registrar('PATCH');
  readonly delete: RegisterRoute<this> = this.#registrar('DELETE');
  /** Without one, HEAD is answered by the GET route, less its body. */
  readonly head: RegisterRoute<this> = this.#registrar('HEAD');
  /** Without one, OPTIONS is answered 204 with `allow`. */
  readonly options: RegisterRoute<this> = this.#registrar('OPTIONS');
  /** Every method that has no route of its own at this path; HEAD goes with GET. */
  readonly all: RegisterRoute<this> = this.#registrar(undefined);

  readonly #routes = new RouteTable();
  readonly #functions = new Map<string, FunctionEntry>();
  readonly #interceptors: InterceptorEntry[] = [];
  readonly #errorHooks: ErrorHookEntry[] = [];
  readonly #functionInterceptors: FunctionInterceptor[] = [];
  readonly #lifecycle: LifecycleEntry[] = [];
  readonly #probes: ProbeEntry[] = [];
  readonly #mounts: Mount[] = [];
  #frozen = false;
  #service: Service | undefined;

  constructor(options: RegistryOptions) {
    if (typeof options?.name !== 'string' || !SERVICE_NAME.test(options.name)) {
      throw new ConfigError(
        `createRegistry: name ${JSON.stringify(options?.name)} must be a letter, then letters, digits or -, at most 48`,
      );
    }
    this.name = options.name;
    this.version = options.version ?? '0.0.0';
    this.description = options.description ?? '';
  }

  /**
   * A raw function, invoked by its name: Lambda's `_HANDLER`, the Invoke API, `app invoke`.
   * @example
   * ```ts
   * import { Context, createLogger, createRegistry } from 'amphi';
   * import { resolveFunction } from 'amphi/lambda';
   *
   * const registry = createRegistry({ name: 'math' });
   *
   * registry.function('double', { timeoutMs: 1000 }, (event: { n: number }) => event.n * 2);
   *
   * const logger = createLogger({ write: (line) => process.stderr.write(line) });
   * const context = new Context({ requestId: '1', functionName: 'double', logger });
   * console.log(await resolveFunction(registry.freeze(), 'double')!({ n: 21 }, context)); // 42
   * ```
   */
  function<In = unknown, Out = unknown>(name: string, handler: FunctionHandler<In, Out>): this;
  function<In = unknown, Out = unknown>(
    name: string,
    options: FunctionOptions,
    handler: FunctionHandler<In, Out>,
  ): this;
  function(name: string, ...rest: unknown[]): this {
    const [options, handler] = optionsAndHandler<FunctionOptions>(rest);
    return this.#function({ name, handler: handler as FunctionHandler, options, interceptors: [] });
  }

  /**
   * A typed handler of one event source; invoked by its name like a function.
   * @example
   * ```ts
   * import { createRegistry } from 'amphi';
   * import { sqs } from 'amphi/events';
   *
   * export const registry = createRegistry({ name: 'orders' });
   *
   * const orders = sqs<{ id: number }>({ queue: { parameter: 'QueueArn' }, body: 'json' });
   *
   * registry.event('work', orders, { description: 'Packs an order' }, ({ body }, context) => {
   *   context.logger.info('packed', { order: body.id });
   *   console.log(body.id); // 42
   * });
   * ```
   */
  event<Payload, Result = unknown>(
    name: string,
    source: EventSource<Payload, Result>,
    // The source alone decides the types, or literals in the handler's result would widen.
    handler: NoInfer<EventHandler<Payload, Result>>,
  ): this;
  event<Payload, Result = unknown>(
    name: string,
    source: EventSource<Payload, Result>,
    options: EventOptions,
    handler: NoInfer<EventHandler<Payload, Result>>,
  ): this;
  event(name: string, source: EventSource<unknown>, ...rest: unknown[]): this {
    const [options, handler] = optionsAndHandler<EventOptions>(rest);
    if (typeof source?.matches !== 'function' || typeof source.run !== 'function') {
      throw new ConfigError(`event ${name}: the second argument must be an event source`);
    }
    assertHandler(handler, `event ${name}`);
    const run: FunctionHandler = (event, context) =>
      source.run(event, context, handler as EventHandler<unknown>);
    return this.#function({
      name,
      handler: run,
      source: source as unknown as EventSource<never>,
      options,
      interceptors: [],
    });
  }

  /**
   * Around every HTTP handler, or those below a prefix such as `/orders`; the framework's own 404, 405 and OPTIONS
   * included. Which requests lie below a prefix is decided as the router decides. The first is the outermost.
   * @example
   * ```ts
   * import { createRegistry, HttpError } from 'amphi';
   *
   * const registry = createRegistry({ name: 'shop' });
   *
   * registry.use(async (_request, _context, next) => {
   *   const reply = await next();
   *   reply.headers['x-status'] = String(reply.status ?? 200);
   *   return reply;
   * });
   * registry.use('/admin', (request, _context, next) => {
   *   if (request.headers.authorization === undefined) throw new HttpError(401, 'LOG_IN', 'Log in first.');
   *   return next();
   * });
   * registry.get('/admin/users', () => []);
   *
   * const response = await registry.fetch(new Request('http://localhost/admin/users'));
   * console.log(response.headers.get('x-status')); // 401
   * ```
   */
  use(interceptor: HttpInterceptor): this;
  use(prefix: string, interceptor: HttpInterceptor): this;
  use(...args: [HttpInterceptor] | [string, HttpInterceptor]): this {
    const [prefix, interceptor] = args.length === 1 ? (['', args[0]] as const) : args;
    const where = prefix === '' ? 'use' : `use ${prefix}`;
    this.#assertOpen(where);
    assertHandler(interceptor, where);
    this.#interceptors.push({ prefix: parsePrefix(prefix, where), interceptor, owner: this });
    return this;
  }

  /**
   * Around every function and event handler. The first is the outermost.
   * @example
   * ```ts
   * import { Context, createLogger, createRegistry } from 'amphi';
   * import { resolveFunction } from 'amphi/lambda';
   *
   * const registry = createRegistry({ name: 'math' });
   *
   * registry.useFunction(async (event, _context, next) => {
   *   const result = await next();
   *   console.log(JSON.stringify({ event, result })); // {"event":3,"result":9}
   *   return result;
   * });
   * registry.function('square', (n: number) => n * n);
   *
   * const context = new Context({ requestId: '1', functionName: 'square', logger: createLogger({ write: () => {} }) });
   * await resolveFunction(registry.freeze(), 'square')!(3, context);
   * ```
   */
  useFunction(interceptor: FunctionInterceptor): this {
    this.#assertOpen('useFunction');
    assertHandler(interceptor, 'useFunction');
    this.#functionInterceptors.push(interceptor);
    return this;
  }

  /**
   * Shapes the replies of errors; the first hook that returns something decides.
   * @example
   * ```ts
   * import { createRegistry, HttpError, reply } from 'amphi';
   *
   * const registry = createRegistry({ name: 'shop' });
   *
   * registry.onError((error) =>
   *   error instanceof HttpError && error.status === 404 ? reply('Nothing here.', { status: 404 }) : undefined,
   * );
   *
   * const response = await registry.fetch(new Request('http://localhost/nowhere'));
   * console.log(response.status, await response.text()); // 404 Nothing here.
   * ```
   */
  onError(hook: ErrorHook): this {
    this.#assertOpen('onError');
    assertHandler(hook, 'onError');
    this.#errorHooks.push({ prefix: parsePrefix('', 'onError'), hook, owner: this });
    return this;
  }

  /**
   * Runs before the first event or request, whatever the way in: pools, clients, what has to be loaded. Hooks are awaited
   * one after the other, those of mounted registries after the own. One that fails ends the start.
   * @example
   * ```ts
   * import { createRegistry } from 'amphi';
   *
   * const registry = createRegistry({ name: 'shop' });
   * let prices: Map<string, number>;
   *
   * registry.onStart(async function loadPrices({ logger }) {
   *   prices = new Map([['tea', 3]]);
   *   logger.debug('prices loaded', { count: prices.size });
   * });
   * registry.get('/prices/:name', (request) => ({ price: prices.get(request.params.name) }));
   *
   * const response = await registry.fetch(new Request('http://localhost/prices/tea'));
   * console.log(await response.text()); // {"price":3}
   * ```
   */
  onStart(hook: LifecycleHook): this {
    return this.#hook('onStart', hook);
  }

  /**
   * Runs at the end, after the last request has been answered; hooks run in reverse order. It belongs to the hooks of
   * `onStart` that were registered before it: where one of those failed it does not run. One that fails is logged, the
   * others still run, and the process ends with status 1.
   * @example
   * ```ts
   * import { createRegistry } from 'amphi';
   *
   * const registry = createRegistry({ name: 'shop' });
   * const pool = { open: false };
   * registry.onStart(() => void (pool.open = true));
   * registry.onStop(() => void (pool.open = false));
   * registry.get('/', () => pool.open);
   *
   * const response = await registry.fetch(new Request('http://localhost/'));
   * console.log(await response.text()); // true
   * await registry.close();
   * console.log(pool.open); // false
   * ```
   */
  onStop(hook: LifecycleHook): this {
    return this.#hook('onStop', hook);
  }

  /**
   * What the service needs to do its work, such as its database: while the probe fails or takes over a second,
   * `/_amphi/health/ready` of server and worker is 503 with its name.
   * @param name 1 to 64 letters, digits, `-` or `_`
   * @param probe throws, rejects or returns `false` while it fails; called once a second at most
   * @throws ConfigError for a bad name, or one that is taken
   * @example
   * ```ts
   * import { createLogger, createRegistry } from 'amphi';
   * import { createHttpServer } from 'amphi/http';
   * import { resolveFunction } from 'amphi/lambda';
   *
   * const registry = createRegistry({ name: 'shop' });
   * registry.readiness('stock', () => false);
   * const logger = createLogger({ level: 'FATAL', write: (line) => process.stderr.write(line) });
   * const options = { port: 0, host: '127.0.0.1', logger, resolveFunction };
   *
   * const server = await createHttpServer(registry.freeze(), options);
   * const { statusCode, body } = await server.inject('/_amphi/health/ready');
   * console.log(statusCode, body); // 503 {"status":"not ready: stock"}
   * await server.close();
   * ```
   */
  readiness(name: string, probe: ReadinessProbe): this {
    const where = `readiness ${name}`;
    this.#assertOpen(where);
    assertHandler(probe, where);
    assertProbes([...this.#probes, { name, probe }]);
    this.#probes.push({ name, probe });
    return this;
  }

  /**
   * Takes over all of another registry: its routes below the prefix, its functions by their names, its interceptors
   * and error hooks around its own handlers, inside those of this one, its hooks of the life cycle after those of this one.
   * @throws ConfigError for a route or name that is taken
   * @example
   * ```ts
   * import { createRegistry } from 'amphi';
   *
   * const users = createRegistry({ name: 'users' });
   * users.get('/:id', (request) => `user ${request.params.id}`);
   *
   * const registry = createRegistry({ name: 'shop' });
   * registry.mount('/users', users);
   *
   * const response = await registry.fetch(new Request('http://localhost/users/7'));
   * console.log(await response.text()); // user 7
   * ```
   */
  mount(prefix: string, registry: Registry): this;
  /**
   * Any fetch handler below a prefix: an app of Hono, itty-router or your own, by `app.fetch`. It gets a native Request
   * without the prefix, and as second argument `{ context, clientIp, params }`; for the rest it is a route `prefix/*` of all
   * methods, inside the interceptors of this registry. Bodies stream both ways.
   * @throws ConfigError for a route that is taken
   * @example
   * ```ts
   * import { createRegistry } from 'amphi';
   *
   * const registry = createRegistry({ name: 'shop' });
   * registry.mount('/legacy', (request) => new Response(`${request.method} ${new URL(request.url).pathname}`));
   *
   * const response = await registry.fetch(new Request('http://localhost/legacy/users/7'));
   * console.log(await response.text()); // GET /users/7
   * ```
   */
  mount(prefix: string, handler: FetchHandler, options?: MountOptions): this;
  mount(prefix: string, mounted: Registry | FetchHandler, options: MountOptions = {}): this {
    const where = `mount ${prefix}`;
    this.#assertOpen(where);
    if (typeof mounted === 'function') return this.#mountFetch(parsePrefix(prefix, where), mounted, options);
    if (!(mounted instanceof Registry))
      throw new ConfigError(`${where}: it takes a registry or a fetch handler`);
    if (mounted === this || mounted.#holds(this))
      throw new ConfigError(`${where}: a registry cannot hold itself`);
    this.#mounts.push({ prefix: parsePrefix(prefix, where), registry: mounted });
    try {
      tablesOf(this.#collect());
    } catch (error) {
      this.#mounts.pop();
      throw error;
    }
    return this;
  }

  #mountFetch({ text }: Prefix, handler: FetchHandler, { keepPrefix, ...options }: MountOptions): this {
    const call: HttpHandler = async (request, context) => {
      const { callFetchHandler } = await import('./fetch.deferred.ts');
      return callFetchHandler(handler, keepPrefix === true, request as RequestView, context);
    };
    const route: RouteOptions = { body: 'stream', bodyLimit: DEFAULT_BODY_LIMIT, ...options };
    if (text !== '') this.all(text, route, call);
    return this.all(`${text}/*`, route, call);
  }

  /**
   * Ends registration and gives what the adapters run; the same service at every call.
   * @example
   * ```ts
   * import { createRegistry } from 'amphi';
   *
   * const registry = createRegistry({ name: 'shop' });
   * registry.get('/', () => 'open');
   * registry.function('close', () => undefined);
   *
   * const service = registry.freeze();
   * console.log(service.handlerNames.join(' ')); // http close
   * ```
   */
  freeze(): Service {
    if (this.#service) return this.#service;
    const collected = this.#collect();
    const { lifecycle, probes } = collected;
    const { routes, functions } = tablesOf(collected);
    assertInvokes(collected);
    this.#close();
    const { name, version, description } = this;
    const compiled = new Map<string, CompiledFunction>();
    const siblings: Siblings = new Siblings(async (call) => {
      const { runSibling } = await import('./run-sibling.deferred.ts');
      return runSibling(siblings, compiled, call);
    });
    for (const entry of functions) compiled.set(entry.name, compileFunction(entry, siblings));
    this.#service = new Service({
      name,
      version,
      description,
      routes: routes.entries().map((entry) => compileRoute(entry, collected, siblings)),
      functions: compiled,
      siblings,
      scopes: scopesOf(collected),
      lifecycle,
      probes,
    });
    return this.#service;
  }

  /**
   * The routes as a fetch handler: native Request in, native Response out.
   * @example
   * ```ts
   * import { createRegistry } from 'amphi';
   *
   * const registry = createRegistry({ name: 'echo' });
   * registry.post('/', async (request) => ({ got: await request.json() }));
   *
   * const response = await registry.fetch(new Request('http://localhost/', { method: 'POST', body: '[1]' }));
   * console.log(await response.text()); // {"got":[1]}
   * ```
   */
  readonly fetch = async (request: Request): Promise<Response> => {
    const { fetchService } = await import('./fetch.deferred.ts');
    return fetchService(this.freeze(), request);
  };

  /**
   * Runs the hooks of `onStop` for what `fetch`, or the testing kit, has started: at the end of tests, or of a program that
   * serves by `fetch`. Servers and workers do so by themselves. A later `fetch` starts anew.
   * @returns whether all hooks ended well and in time; errors are logged
   * @example
   * ```ts
   * import { createRegistry } from 'amphi';
   *
   * const registry = createRegistry({ name: 'shop' });
   * const pool = { open: true, end: async () => (pool.open = false) };
   * registry.onStop(() => pool.end());
   * registry.get('/', () => pool.open);
   *
   * const response = await registry.fetch(new Request('http://localhost/'));
   * console.log(await response.json(), await registry.close(), pool.open); // true true false
   * ```
   */
  async close(): Promise<boolean> {
    const { release } = await import('./fetch.deferred.ts');
    return this.#service === undefined || release(this.#service);
  }

  #registrar(method: Method | undefined): RegisterRoute<this> {
    return (path: string, ...rest: unknown[]) => {
      const [options, handler] = optionsAndHandler<RouteOptions>(rest);
      for (const each of method === undefined ? METHODS : [method]) {
        const entry = { method: each, path, handler, options, weak: method === undefined, owners: [this] };
        this.#assertOpen(nameOf(entry));
        assertRouteOptions(options, nameOf(entry));
        assertHandler(handler, nameOf(entry));
        this.#routes.add(entry);
      }
      return this;
    };
  }

  #function(entry: FunctionEntry): this {
    const { name, handler, options } = entry;
    this.#assertOpen(`function ${name}`);
    assertFunctionName(name);
    assertFunctionOptions(options, `function ${name}`);
    const refusal = placementRefusal(entry.source, options.runOn ?? 'lambda');
    if (refusal !== undefined) throw new ConfigError(`event ${name}: ${refusal}`);
    assertHandler(handler, `function ${name}`);
    if (this.#functions.has(name)) throw new ConfigError(`function ${name}: already registered`);
    this.#functions.set(name, entry);
    return this;
  }

  #hook(kind: 'onStart' | 'onStop', hook: LifecycleHook): this {
    this.#assertOpen(kind);
    assertHandler(hook, kind);
    const nth = this.#lifecycle.filter((entry) => entry.kind === kind).length + 1;
    const name = `${kind} ${hook.name || `hook ${nth}`} of registry ${this.name}`;
    this.#lifecycle.push({ kind, hook, name });
    return this;
  }

  #collect(): Collected {
    const mounted = this.#mounts.map(({ prefix, registry }) => registry.#mountedAt(prefix, this));
    return {
      routes: [...this.#routes.all(), ...mounted.flatMap(({ routes }) => routes)],
      functions: [...this.#functions.values(), ...mounted.flatMap(({ functions }) => functions)].map(
        (entry) => ({
          ...entry,
          interceptors: [...this.#functionInterceptors, ...entry.interceptors],
        }),
      ),
      interceptors: [...this.#interceptors, ...mounted.flatMap(({ interceptors }) => interceptors)],
      errorHooks: [...this.#errorHooks, ...mounted.flatMap(({ errorHooks }) => errorHooks)],
      // A registry may be mounted twice; its pool is one all the same.
      lifecycle: once([...this.#lifecycle, ...mounted.flatMap(({ lifecycle }) => lifecycle)]),
      probes: once([...this.#probes, ...mounted.flatMap(({ probes }) => probes)]),
    };
  }

  #mountedAt(prefix: Prefix, owner: Registry): Collected {
    const own = this.#collect();
    const below = <T extends { readonly prefix: Prefix }>(entry: T): T => ({
      ...entry,
      prefix: parsePrefix(`${prefix.text}${entry.prefix.text}`, `mount ${prefix.text}`),
    });
    return {
      ...own,
      routes: own.routes.map((entry) => ({
        ...entry,
        path: joined(prefix.text, entry.path),
        owners: [...entry.owners, owner],
      })),
      interceptors: own.interceptors.map(below),
      errorHooks: own.errorHooks.map(below),
    };
  }

  #holds(other: Registry): boolean {
    return this.#mounts.some(({ registry }) => registry === other || registry.#holds(other));
  }

  // A mounted registry is part of the whole: what came later would be lost without a word.
  #close(): void {
    this.#frozen = true;
    for (const { registry } of this.#mounts) registry.#close();
  }

  #assertOpen(what: string): void {
    if (this.#frozen)
      throw new ConfigError(`${what}: registry ${this.name} is frozen, register before the start`);
  }
}

/**
 * Makes the registry of a service.
 * @throws ConfigError for a bad name
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 *
 * const registry = createRegistry({ name: 'greeter', version: '1.0.0', description: 'Says hello' });
 *
 * registry.get('/hello/:name', (request) => `Hello ${request.params.name}`);
 *
 * const response = await registry.fetch(new Request('http://localhost/hello/Ada'));
 * console.log(await response.text()); // Hello Ada
 * ```
 */
export function createRegistry(options: RegistryOptions): Registry {
  return new Registry(options);
}

const once = <T>(entries: readonly T[]): T[] => [...new Set(entries)];

function optionsAndHandler<Options>(rest: readonly unknown[]): [Options, unknown] {
  return rest.length < 2 ? [{} as Options, rest[0]] : [rest[0] as Options, rest[1]];
}

/** `/` of a registry that is mounted at `/admin` is `/admin`. */
function joined(prefix: string, path: string): string {
  return path === '/' && prefix !== '' ? prefix : `${prefix}${path}`;
}

/** @throws ConfigError for a route, a function or a probe whose name stands twice */
function tablesOf(collected: Collected): { routes: RouteTable; functions: readonly FunctionEntry[] } {
  assertProbes(collected.probes);
  const routes = new RouteTable();
  for (const entry of collected.routes) routes.add(entry);
  const names = new Set<string>();
  for (const { name } of collected.functions) {
    if (names.has(name)) throw new ConfigError(`function ${name}: already registered`);
    names.add(name);
  }
  return { routes, functions: collected.functions };
}
