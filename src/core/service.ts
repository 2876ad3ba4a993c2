import type { Context } from './context.ts';
import { frameworkError, HttpError, toHttpError } from './errors.ts';
import type { EventSource } from './event-source.ts';
import { foldHttp } from './interceptors.ts';
import type { RouteOptions } from './registry.ts';
import { errorReply, reply, toRawResponse } from './reply.ts';
import { RequestView } from './request.ts';
import { type Match, Router } from './router.ts';
import type { Method, RawRequest, RawResponse } from './types.ts';
import {
  type Awaitable,
  type FunctionHandler,
  HTTP_HANDLER,
  type HttpHandler,
  type HttpInterceptor,
  METHODS,
} from './types.ts';

export interface CompiledRoute {
  readonly method: Method;
  readonly path: string;
  readonly options: RouteOptions;
  /** Schemas and interceptors folded in. */
  readonly handler: HttpHandler;
}

export interface CompiledFunction {
  readonly name: string;
  readonly kind: 'function' | 'event';
  /** Only of `event`. */
  readonly source?: EventSource<never>;
  /** Interceptors and the event source's decoding folded in. */
  readonly handler: FunctionHandler;
}

/** Where a request goes; also for 404, 405, OPTIONS and a bad URL, so it never fails. */
export interface Target {
  readonly handler: HttpHandler;
  readonly params: Readonly<Record<string, string>>;
  readonly options: RouteOptions;
}

export interface ServiceParts {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly routes: readonly CompiledRoute[];
  readonly functions: readonly CompiledFunction[];
  readonly interceptors: readonly HttpInterceptor[];
}

const NO_PARAMS = Object.freeze({});
const NO_OPTIONS: RouteOptions = Object.freeze({});

/** A frozen registry: what the adapters run. */
export class Service {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly routes: readonly CompiledRoute[];
  readonly functions: ReadonlyMap<string, CompiledFunction>;
  readonly #routers: Map<string, Router<CompiledRoute>>;
  readonly #interceptors: readonly HttpInterceptor[];

  constructor(parts: ServiceParts) {
    this.name = parts.name;
    this.version = parts.version;
    this.description = parts.description;
    this.routes = parts.routes;
    this.functions = new Map(parts.functions.map((entry) => [entry.name, entry]));
    this.#interceptors = parts.interceptors;
    this.#routers = new Map(METHODS.map((method) => [method, new Router<CompiledRoute>()]));
    for (const route of parts.routes) this.#routers.get(route.method)!.add(route.path, route);
    this.#addHeadRoutes(parts.routes);
  }

  // Side by side with HEAD's own, so that HEAD goes where GET goes even where a wildcard takes HEAD as well.
  #addHeadRoutes(routes: readonly CompiledRoute[]): void {
    const router = this.#routers.get('HEAD')!;
    for (const route of routes) if (route.method === 'GET') router.add(route.path, route);
  }

  /** What an event can be handed to, by name: the routes if there are any, then functions and event handlers. */
  get handlerNames(): string[] {
    return [...(this.routes.length > 0 ? [HTTP_HANDLER] : []), ...this.functions.keys()];
  }

  /** The route of a request, without running it: an adapter asks for its body options first. */
  resolve(method: string, path: string): Target {
    try {
      const found = this.#find(method, path);
      if (found) return { handler: found.value.handler, params: found.params, options: found.value.options };
      return this.#fallback(method, this.#allowed(path), path);
    } catch (error) {
      return this.#answer(() => {
        throw error;
      });
    }
  }

  /** Runs a target; synchronous while the handler is. Never throws: an error becomes its reply. */
  run(target: Target, request: RawRequest, context: Context): Awaitable<RawResponse> {
    let late: ((response: RawResponse) => void) | undefined;
    const response = this.start(target, request, context, (response) => late!(response));
    return response ?? new Promise((resolve) => (late = resolve));
  }

  /**
   * As `run`, but makes no promise, which counts on the way of a small request: when the handler is
   * asynchronous the result is `undefined`, and the response goes to `later`, never before this returns.
   */
  start(
    target: Target,
    request: RawRequest,
    context: Context,
    later: (response: RawResponse) => void,
  ): RawResponse | undefined {
    try {
      const value = target.handler(new RequestView(request, target.params), context);
      if (!isThenable(value)) return toRawResponse(value, request.method);
      // A thenable of another kind might call back at once.
      const promise = value instanceof Promise ? value : Promise.resolve(value);
      promise.then(
        (value) => later(encode(value, request, context)),
        (error) => later(failed(error, request, context)),
      );
      return undefined;
    } catch (error) {
      return failed(error, request, context);
    }
  }

  /** Resolves and runs. */
  dispatch(request: RawRequest, context: Context): Awaitable<RawResponse> {
    return this.run(this.resolve(request.method, request.path), request, context);
  }

  #find(method: string, path: string): Match<CompiledRoute> | undefined {
    return this.#routers.get(method)?.find(path);
  }

  #allowed(path: string): string[] {
    const methods = METHODS.filter((method) => this.#find(method, path));
    return methods.length === 0 || methods.includes('OPTIONS') ? methods : [...methods, 'OPTIONS'];
  }

  #fallback(method: string, allowed: string[], path: string): Target {
    if (allowed.length === 0)
      return this.#refuse(frameworkError('ROUTE_NOT_FOUND', `There is no route ${path}.`));
    const headers = { allow: allowed.join(', ') };
    if (method === 'OPTIONS') return this.#answer(() => reply(undefined, { headers }));
    const message = `${path} does not take ${method}.`;
    return this.#refuse(frameworkError('METHOD_NOT_ALLOWED', message, { headers }));
  }

  #refuse(error: HttpError): Target {
    return this.#answer(() => {
      throw error;
    });
  }

  // Interceptors see these answers too: they log, count and add CORS headers.
  #answer(handler: HttpHandler): Target {
    return { handler: foldHttp(this.#interceptors, handler), params: NO_PARAMS, options: NO_OPTIONS };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

function encode(value: unknown, request: RawRequest, context: Context): RawResponse {
  try {
    return toRawResponse(value, request.method);
  } catch (error) {
    return failed(error, request, context);
  }
}

/** The response that an error gets; a 5xx leaves its cause in the log, never in the answer. */
export function failed(
  thrown: unknown,
  request: Pick<RawRequest, 'method' | 'path'>,
  context: Context,
): RawResponse {
  const error = toHttpError(thrown);
  if (error.status >= 500) {
    const { method, path } = request;
    context.logger.error('request failed', {
      method,
      path,
      status: error.status,
      error: error.cause ?? error,
    });
  }
  try {
    return toRawResponse(errorReply(error), request.method);
  } catch {
    // Only the headers of a handler's own HttpError can be unsendable.
    return toRawResponse(errorReply(new HttpError(error.status, error.code, error.message)), request.method);
  }
}
