import type { Context } from './context.ts';
import { toErrorReply } from './error-reply.ts';
import { frameworkError } from './errors.ts';
import type { EventSource } from './event-source.ts';
import type { ErrorHook, FunctionHandler, HttpInterceptor } from './handlers.ts';
import { HTTP_HANDLER } from './handlers.ts';
import type { LifecycleEntry, ProbeEntry } from './hooks.ts';
import { foldHttp, type RouteHandler } from './interceptors.ts';
import { Lifecycle } from './lifecycle.ts';
import { METHODS, type Method, type RawRequest, type RawResponse } from './messages.ts';
import type { FunctionOptions, RouteOptions } from './options.ts';
import { canonicalPath } from './path.ts';
import { discardBody, type Reply, reply, toRawResponse } from './reply.ts';
import { RequestView, type Routed } from './request.ts';
import { type Match, Router } from './router.ts';
import { isBelow, type Prefix } from './scope.ts';
import type { Siblings } from './siblings.ts';
import { isThenable } from './thenable.ts';
import type { Awaitable } from './types.ts';

export interface CompiledRoute {
  readonly method: Method;
  readonly path: string;
  readonly options: RouteOptions;
  /** Limits, schemas and interceptors folded in. */
  readonly handler: RouteHandler;
  readonly intercepted: boolean;
  /** Who shapes its error replies, in this order. */
  readonly errorHooks: readonly ErrorHook[];
}

export interface CompiledFunction {
  readonly name: string;
  readonly kind: 'function' | 'event';
  /** Only of `event`. */
  readonly source?: EventSource<never>;
  readonly options: FunctionOptions;
  /** Interceptors and the event source's decoding folded in. */
  readonly handler: FunctionHandler;
}

/** Where a request goes; also for 404, 405, OPTIONS and a bad URL, so it never fails. */
export interface Target extends Routed {
  readonly handler: RouteHandler;
  /** Whether interceptors run before the handler: then they do before the body is read. */
  readonly intercepted: boolean;
  /** It answers with an error and runs no handler of the service. */
  readonly refused?: boolean;
  readonly errorHooks: readonly ErrorHook[];
}

/** Interceptors and error hooks of the requests below a prefix, routes or not. */
export interface Scope {
  readonly prefix: Prefix;
  readonly interceptors: readonly HttpInterceptor[];
  readonly errorHooks: readonly ErrorHook[];
}

export interface ServiceParts {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly routes: readonly CompiledRoute[];
  readonly functions: ReadonlyMap<string, CompiledFunction>;
  readonly siblings: Siblings;
  /** For requests that no route takes; the outermost first. */
  readonly scopes: readonly Scope[];
  readonly lifecycle: readonly LifecycleEntry[];
  readonly probes: readonly ProbeEntry[];
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
  /** How functions call each other. */
  readonly siblings: Siblings;
  /** The hooks of `onStart` and `onStop`: each way in starts them before its first event and stops them at its end. */
  readonly lifecycle: Lifecycle;
  /** What readiness depends on, where somebody asks for it. */
  readonly probes: readonly ProbeEntry[];
  readonly #routers: Map<string, Router<CompiledRoute>>;
  readonly #scopes: readonly Scope[];

  constructor(parts: ServiceParts) {
    this.name = parts.name;
    this.version = parts.version;
    this.description = parts.description;
    this.routes = parts.routes;
    this.functions = parts.functions;
    this.siblings = parts.siblings;
    this.lifecycle = new Lifecycle(parts.lifecycle);
    this.probes = parts.probes;
    this.#scopes = parts.scopes;
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

  /** The route of a request, without running it. Never throws: a bad path has a target that answers 400. */
  resolve(method: string, path: string): Target {
    if (path === '*' && method === 'OPTIONS') return this.#answer(path, () => allowed([...METHODS]));
    try {
      const canonical = canonicalPath(path);
      const found = this.#find(method, canonical);
      return found ? targetOf(canonical, found) : this.#fallback(method, canonical);
    } catch (error) {
      return this.refusal(path, error);
    }
  }

  /** A target that answers with an error, by way of the interceptors and error hooks that cover the path. */
  refusal(path: string, error: unknown): Target {
    const target = this.#answer(path, () => {
      throw error;
    });
    return { ...target, refused: true };
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
    const view = new RequestView(request, target);
    try {
      const value = target.handler(view, context);
      if (!isThenable(value)) return toRawResponse(value, request.method);
      new Waiter(target, view, context, later).wait(value);
      return undefined;
    } catch (error) {
      const made = toErrorReply(error, view, context, target.errorHooks);
      if (!isThenable(made)) return errorResponse(made, view);
      void Promise.resolve(made).then((reply) => later(errorResponse(reply, view)));
      return undefined;
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

  #fallback(method: string, path: string): Target {
    const methods = this.#allowed(path);
    if (methods.length === 0)
      return this.refusal(path, frameworkError('ROUTE_NOT_FOUND', `There is no route ${path}.`));
    if (method === 'OPTIONS') return this.#answer(path, this.#options(path, methods));
    const headers = { allow: methods.join(', ') };
    return this.refusal(
      path,
      frameworkError('METHOD_NOT_ALLOWED', `${path} does not take ${method}.`, { headers }),
    );
  }

  /** Inside what the route of the method asked for has for a preflight. */
  #options(path: string, methods: readonly string[]): RouteHandler {
    return (request, context) => {
      const asked = this.#find(request.headers['access-control-request-method']!, path);
      const own = asked?.value.options.interceptors?.find(({ preflight }) => preflight);
      return own ? own(request, context, async () => allowed(methods)) : allowed(methods);
    };
  }

  // Interceptors see these answers too: they log, count and add CORS headers.
  #answer(path: string, handler: RouteHandler): Target {
    const canonical = canonicalOr(path, '');
    const scopes = this.#scopes.filter(({ prefix }) => isBelow(prefix, canonical));
    const errorHooks = scopes.toReversed().flatMap((scope) => scope.errorHooks);
    const folded = foldHttp(
      scopes.flatMap(({ interceptors }) => interceptors),
      handler,
      (error, request, context) => toErrorReply(error, request, context, errorHooks),
    );
    const [params, options] = [NO_PARAMS, NO_OPTIONS];
    return { path, route: undefined, params, options, handler: folded, intercepted: true, errorHooks };
  }
}

/** What is no path lies below no prefix. */
function canonicalOr(path: string, otherwise: string): string {
  try {
    return canonicalPath(path);
  } catch {
    return otherwise;
  }
}

function targetOf(path: string, { value, params }: Match<CompiledRoute>): Target {
  const { handler, intercepted, options, errorHooks } = value;
  return { path, route: value.path, params, options, handler, intercepted, errorHooks };
}

function allowed(methods: readonly string[]): Reply {
  return reply(undefined, { headers: { allow: methods.join(', ') } });
}

/** Waits for an asynchronous handler, or for what interrupts it. One object and two functions: it is on every way. */
class Waiter {
  readonly #target: Target;
  readonly #view: RequestView;
  readonly #context: Context;
  readonly #later: (response: RawResponse) => void;
  #answered = false;

  constructor(target: Target, view: RequestView, context: Context, later: (response: RawResponse) => void) {
    this.#target = target;
    this.#view = view;
    this.#context = context;
    this.#later = later;
  }

  wait(value: PromiseLike<unknown>): void {
    this.#context.waiter = this;
    this.#context.startLimit(this.#target.options.timeoutMs);
    // A thenable of another kind might call back at once.
    const promise = value instanceof Promise ? value : Promise.resolve(value);
    promise.then(
      (result) => this.#resolved(result),
      (error) => this.interrupt(error),
    );
  }

  /** The handler has failed, or takes too long. */
  async interrupt(error: unknown): Promise<void> {
    if (this.#answered) return;
    const reply = toErrorReply(error, this.#view, this.#context, this.#target.errorHooks);
    this.#answer(errorResponse(isThenable(reply) ? await reply : reply, this.#view));
  }

  #resolved(result: unknown): void {
    let response: RawResponse;
    try {
      response = toRawResponse(result, this.#view.method);
    } catch (error) {
      void this.interrupt(error);
      return;
    }
    this.#answer(response);
  }

  #answer(response: RawResponse): void {
    if (this.#answered) {
      discardBody(response.body);
      return;
    }
    this.#answered = true;
    this.#context.waiter = undefined;
    this.#later(response);
  }
}

function errorResponse(made: Reply, view: RequestView): RawResponse {
  return toRawResponse(made, view.method);
}
