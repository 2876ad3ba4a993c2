import { ConfigError } from './errors.ts';
import type { EventHandler, EventSource } from './event-source.ts';
import { foldFunction, foldHttp } from './interceptors.ts';
import type { RequestView } from './request.ts';
import { parsePath } from './router.ts';
import { assertRouteSchema, type RouteSchema, type ValidOf, validateRequest } from './schema.ts';
import { type CompiledFunction, type CompiledRoute, Service } from './service.ts';
import type { FunctionHandler, FunctionInterceptor, HttpHandler, HttpInterceptor, Method } from './types.ts';
import { HTTP_HANDLER, METHODS } from './types.ts';

export interface RegistryOptions {
  /** Names the service: letters, digits and `-`, a letter first, at most 48. Used for stack and program names. */
  readonly name: string;
  /** Default `0.0.0`. */
  readonly version?: string;
  readonly description?: string;
}

export interface RouteOptions<S extends RouteSchema = RouteSchema> {
  /** Standard Schemas (zod, valibot, arktype ...) for the parts of the request. */
  readonly schema?: S;
  /** `buffer` (default): the handler starts when the body is there. `stream`: at once (HTTP server only). */
  readonly body?: 'buffer' | 'stream';
  /** Bytes; default the server's, which is Lambda's 6 MB. */
  readonly bodyLimit?: number;
}

const SERVICE_NAME = /^[A-Za-z][A-Za-z0-9-]{0,47}$/;
const FUNCTION_NAME = /^[A-Za-z0-9_-]{1,64}$/;

interface RouteEntry {
  readonly method: Method;
  readonly path: string;
  readonly handler: HttpHandler;
  readonly options: RouteOptions;
  /** From `all`: gives way to a route of the same path and one method. */
  readonly weak: boolean;
}

interface FunctionEntry {
  readonly name: string;
  readonly handler: FunctionHandler;
  readonly source?: EventSource<never>;
}

type NoSchema = Record<never, never>;

/** Where a service declares its handlers. Mistakes are errors at registration; `freeze` ends registration. */
export class Registry {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly #routes = new Map<string, RouteEntry>();
  readonly #functions = new Map<string, FunctionEntry>();
  readonly #httpInterceptors: HttpInterceptor[] = [];
  readonly #functionInterceptors: FunctionInterceptor[] = [];
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

  get<S extends RouteSchema = NoSchema>(
    path: string,
    handler: HttpHandler<ValidOf<S>>,
    options?: RouteOptions<S>,
  ): this {
    return this.#route('GET', path, handler, options);
  }

  post<S extends RouteSchema = NoSchema>(
    path: string,
    handler: HttpHandler<ValidOf<S>>,
    options?: RouteOptions<S>,
  ): this {
    return this.#route('POST', path, handler, options);
  }

  put<S extends RouteSchema = NoSchema>(
    path: string,
    handler: HttpHandler<ValidOf<S>>,
    options?: RouteOptions<S>,
  ): this {
    return this.#route('PUT', path, handler, options);
  }

  patch<S extends RouteSchema = NoSchema>(
    path: string,
    handler: HttpHandler<ValidOf<S>>,
    options?: RouteOptions<S>,
  ): this {
    return this.#route('PATCH', path, handler, options);
  }

  delete<S extends RouteSchema = NoSchema>(
    path: string,
    handler: HttpHandler<ValidOf<S>>,
    options?: RouteOptions<S>,
  ): this {
    return this.#route('DELETE', path, handler, options);
  }

  /** Without one, HEAD is answered by the GET route, less its body. */
  head<S extends RouteSchema = NoSchema>(
    path: string,
    handler: HttpHandler<ValidOf<S>>,
    options?: RouteOptions<S>,
  ): this {
    return this.#route('HEAD', path, handler, options);
  }

  /** Without one, OPTIONS is answered 204 with `allow`. */
  options<S extends RouteSchema = NoSchema>(
    path: string,
    handler: HttpHandler<ValidOf<S>>,
    options?: RouteOptions<S>,
  ): this {
    return this.#route('OPTIONS', path, handler, options);
  }

  /** Every method that has no route of its own at this path; HEAD goes with GET. */
  all<S extends RouteSchema = NoSchema>(
    path: string,
    handler: HttpHandler<ValidOf<S>>,
    options?: RouteOptions<S>,
  ): this {
    for (const method of METHODS) this.#route(method, path, handler, options, true);
    return this;
  }

  /** A raw function, invoked by its name: Lambda's `_HANDLER`, the Invoke API, `app invoke`. */
  function<In = unknown, Out = unknown>(name: string, handler: FunctionHandler<In, Out>): this {
    return this.#function({ name, handler: handler as FunctionHandler });
  }

  /** A typed handler of one event source; invoked by its name like a function. */
  event<Payload, Result = unknown>(
    name: string,
    source: EventSource<Payload, Result>,
    // The source alone decides the types, or literals in the handler's result would widen.
    handler: NoInfer<EventHandler<Payload, Result>>,
  ): this {
    if (typeof source?.matches !== 'function' || typeof source.run !== 'function') {
      throw new ConfigError(`event ${name}: the second argument must be an event source`);
    }
    assertHandler(handler, `event ${name}`);
    const run: FunctionHandler = (event, context) => source.run(event, context, handler);
    return this.#function({ name, handler: run, source: source as unknown as EventSource<never> });
  }

  /** Around every HTTP handler, the framework's own 404, 405 and OPTIONS included. The first is the outermost. */
  use(interceptor: HttpInterceptor): this {
    this.#assertOpen('use');
    assertHandler(interceptor, 'use');
    this.#httpInterceptors.push(interceptor);
    return this;
  }

  /** Around every function and event handler. The first is the outermost. */
  useFunction(interceptor: FunctionInterceptor): this {
    this.#assertOpen('useFunction');
    assertHandler(interceptor, 'useFunction');
    this.#functionInterceptors.push(interceptor);
    return this;
  }

  /** Ends registration and gives what the adapters run; the same service at every call. */
  freeze(): Service {
    this.#service ??= new Service({
      name: this.name,
      version: this.version,
      description: this.description,
      routes: [...this.#routes]
        .filter(([key, entry]) => !this.#givesWayToGet(key, entry))
        .map(([, entry]) => this.#compileRoute(entry)),
      functions: [...this.#functions.values()].map((entry) => this.#compileFunction(entry)),
      interceptors: this.#httpInterceptors,
    });
    return this.#service;
  }

  /** The routes as a fetch handler: native Request in, native Response out. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const { fetchService } = await import('./fetch.ts');
    return fetchService(this.freeze(), request);
  };

  #route(method: Method, path: string, handler: unknown, options: RouteOptions = {}, weak = false): this {
    const where = `${weak ? 'ALL' : method} ${path}`;
    this.#assertOpen(where);
    assertHandler(handler, where);
    assertOptions(options, where);
    const key = `${method} ${shapeOf(path)}`;
    const known = this.#routes.get(key);
    if (known && known.weak === weak)
      throw new ConfigError(`${where}: already registered as ${known.method} ${known.path}`);
    if (known && weak) return this;
    this.#routes.set(key, { method, path, handler: handler as HttpHandler, options, weak });
    return this;
  }

  #function(entry: FunctionEntry): this {
    const { name } = entry;
    this.#assertOpen(`function ${name}`);
    if (typeof name !== 'string' || !FUNCTION_NAME.test(name)) {
      throw new ConfigError(`function ${JSON.stringify(name)}: a name is 1 to 64 letters, digits, - or _`);
    }
    if (name === HTTP_HANDLER)
      throw new ConfigError(`function ${name}: this name stands for the HTTP routes`);
    assertHandler(entry.handler, `function ${name}`);
    if (this.#functions.has(name)) throw new ConfigError(`function ${name}: already registered`);
    this.#functions.set(name, entry);
    return this;
  }

  // A HEAD that only `all` took must not answer other than the GET beside it.
  #givesWayToGet(key: string, { method, weak }: RouteEntry): boolean {
    return weak && method === 'HEAD' && this.#routes.get(key.replace('HEAD', 'GET'))?.weak === false;
  }

  #compileRoute({ method, path, handler, options }: RouteEntry): CompiledRoute {
    const validated = options.schema ? withSchema(options.schema, handler) : handler;
    return Object.freeze({ method, path, options, handler: foldHttp(this.#httpInterceptors, validated) });
  }

  #compileFunction({ name, handler, source }: FunctionEntry): CompiledFunction {
    const folded = foldFunction(this.#functionInterceptors, handler);
    return Object.freeze({ name, kind: source ? 'event' : 'function', source, handler: folded });
  }

  #assertOpen(what: string): void {
    if (this.#service)
      throw new ConfigError(`${what}: registry ${this.name} is frozen, register before the start`);
  }
}

/** @throws ConfigError for a bad name */
export function createRegistry(options: RegistryOptions): Registry {
  return new Registry(options);
}

function withSchema(schema: RouteSchema, handler: HttpHandler): HttpHandler {
  return async (request, context) => {
    (request as RequestView).setValid(await validateRequest(schema, request));
    return handler(request, context);
  };
}

function assertHandler(handler: unknown, where: string): void {
  if (typeof handler !== 'function') throw new ConfigError(`${where}: the handler must be a function`);
}

function assertOptions(options: RouteOptions, where: string): void {
  const { body, bodyLimit, schema } = options;
  if (body !== undefined && body !== 'buffer' && body !== 'stream') {
    throw new ConfigError(`${where}: body must be 'buffer' or 'stream'`);
  }
  if (bodyLimit !== undefined && (!Number.isSafeInteger(bodyLimit) || bodyLimit < 0)) {
    throw new ConfigError(`${where}: bodyLimit must be a whole number of bytes`);
  }
  if (schema) assertRouteSchema(schema, where);
}

// Two paths with other parameter names are still one path.
function shapeOf(path: string): string {
  const segments = parsePath(path).map(({ kind, name }) => (kind === 'static' ? `=${name}` : kind));
  return segments.join('/');
}
