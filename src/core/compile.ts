import type { Context } from './context.ts';
import { toErrorReply } from './error-reply.ts';
import type { FunctionHandler, HttpHandler, HttpInterceptor } from './handlers.ts';
import { foldFunction, foldHttp, type RouteHandler } from './interceptors.ts';
import type { HandlerOptions } from './options.ts';
import type { Collected, FunctionEntry, RouteEntry } from './registration.ts';
import type { RequestView } from './request.ts';
import { parsePath } from './router.ts';
import { type RouteSchema, validateRequest, validateResponse } from './schema.ts';
import { coverage, onlyBelow, type Prefix } from './scope.ts';
import type { CompiledFunction, CompiledRoute, Scope } from './service.ts';
import type { Siblings } from './siblings.ts';

/** Folds limits, schema and interceptors into the handler of a route. */
export function compileRoute(entry: RouteEntry, collected: Collected, siblings: Siblings): CompiledRoute {
  const { method, path, options } = entry;
  const errorHooks = hooksOf(entry, collected);
  const interceptors = [...coveringOf(entry, collected), ...(options.interceptors ?? [])];
  const folded = foldHttp(interceptors, innermost(entry), (error, request, context) =>
    toErrorReply(error, request, context, errorHooks),
  );
  const handler = withSiblings(folded, options, siblings);
  const intercepted = interceptors.length > 0;
  return Object.freeze({ method, path, options, handler, intercepted, errorHooks });
}

function innermost({ handler, options }: RouteEntry): RouteHandler {
  const own = handler as HttpHandler;
  const checked = options.schema ? withSchema(options.schema, own) : own;
  return (request, context) => {
    const body = request.admitBody();
    return body === undefined ? checked(request, context) : body.then(() => checked(request, context));
  };
}

function withSchema(schema: RouteSchema, handler: HttpHandler) {
  return async (request: RequestView, context: Context): Promise<unknown> => {
    request.setValid(await validateRequest(schema, request));
    const value = await handler(request, context);
    return schema.response ? validateResponse(schema.response, value) : value;
  };
}

function coveringOf(entry: RouteEntry, { interceptors }: Collected): HttpInterceptor[] {
  const segments = parsePath(entry.path);
  return interceptors.flatMap(({ prefix, interceptor, owner }) => {
    if (!entry.owners.includes(owner)) return [];
    const covers = coverage(prefix, segments);
    if (covers === 'never') return [];
    return covers === 'always' ? [interceptor] : [onlyBelow(prefix, interceptor)];
  });
}

// The innermost registry's own hooks come first.
function hooksOf({ owners }: RouteEntry, { errorHooks }: Collected) {
  return owners.flatMap((owner) =>
    errorHooks.filter((entry) => entry.owner === owner).map(({ hook }) => hook),
  );
}

/** What covers the requests that no route takes. */
export function scopesOf({ interceptors, errorHooks }: Collected): Scope[] {
  const scope = (prefix: Prefix, part: Partial<Scope>): Scope => ({
    prefix,
    interceptors: [],
    errorHooks: [],
    ...part,
  });
  return [
    ...interceptors.map(({ prefix, interceptor }) => scope(prefix, { interceptors: [interceptor] })),
    ...errorHooks.map(({ prefix, hook }) => scope(prefix, { errorHooks: [hook] })),
  ];
}

export function compileFunction(entry: FunctionEntry, siblings: Siblings): CompiledFunction {
  const { name, source, options, interceptors } = entry;
  const folded = foldFunction(interceptors, entry.handler) as (event: unknown, context: Context) => unknown;
  const handler = withSiblings(folded, options, siblings) as FunctionHandler;
  return Object.freeze({ name, kind: source ? 'event' : 'function', source, options, handler });
}

/** Lets the context of a handler call what it says that it invokes; costs the others nothing. */
function withSiblings<In>(
  handler: (input: In, context: Context) => unknown,
  { invokes }: HandlerOptions,
  siblings: Siblings,
): typeof handler {
  if (invokes === undefined) return handler;
  const bound = siblings.bind(invokes);
  return (input, context) => {
    context.siblings = bound;
    return handler(input, context);
  };
}
