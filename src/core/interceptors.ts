import { copyReply, type Reply, toReply } from './reply.ts';
import type { FunctionHandler, FunctionInterceptor, HttpHandler, HttpInterceptor } from './types.ts';

/** Folds interceptors around a handler once; the first registered is the outermost. */
export function foldHttp(interceptors: readonly HttpInterceptor[], handler: HttpHandler): HttpHandler {
  return interceptors.reduceRight<HttpHandler>((inner, interceptor) => {
    return (request, context) => {
      // A copy: a handler may return one Reply for all requests, and interceptors change what they get.
      const next = async (): Promise<Reply> => copyReply(toReply(await inner(request, context)));
      return interceptor(request, context, next);
    };
  }, handler);
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
