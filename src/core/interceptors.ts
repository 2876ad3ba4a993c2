import { copyReply, type Reply, toReply } from './reply.ts';
import type {
  FunctionHandler,
  FunctionInterceptor,
  HttpHandler,
  HttpInterceptor,
  HttpRequest,
  InvocationContext,
} from './types.ts';

/** Folds interceptors around a handler once; the first registered is the outermost. */
export function foldHttp(interceptors: readonly HttpInterceptor[], handler: HttpHandler): HttpHandler {
  return interceptors.reduceRight<HttpHandler>((inner, interceptor) => {
    return async (request, context) => {
      let passed: Promise<Reply> | undefined;
      const next = () => {
        passed = passOn(inner, request, context);
        return passed;
      };
      const value = await interceptor(request, context, next);
      // One that only looks on returns nothing: the reply of `next` stands.
      return value === undefined && passed ? passed : value;
    };
  }, handler);
}

// A copy: a handler may return one Reply for all requests, and interceptors change what they get.
async function passOn(inner: HttpHandler, request: HttpRequest, context: InvocationContext): Promise<Reply> {
  return copyReply(toReply(await inner(request, context)));
}

/** The same for raw functions and event handlers. */
export function foldFunction(
  interceptors: readonly FunctionInterceptor[],
  handler: FunctionHandler,
): FunctionHandler {
  return interceptors.reduceRight<FunctionHandler>((inner, interceptor) => {
    return (event, context) => interceptor(event, context, async () => inner(event, context));
  }, handler);
}
