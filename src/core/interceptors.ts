import type { Context } from './context.ts';
import type { FunctionHandler, FunctionInterceptor, HttpInterceptor } from './handlers.ts';
import { assertSendable, copyReply, discardBody, type Reply, toReply } from './reply.ts';
import type { RequestView } from './request.ts';
import { isThenable } from './thenable.ts';
import type { Awaitable } from './types.ts';

/** A handler as dispatch calls it. */
export type RouteHandler = (request: RequestView, context: Context) => Awaitable<unknown>;

/** Makes the reply of an error. */
export type ToErrorReply = (error: unknown, request: RequestView, context: Context) => Awaitable<Reply>;

/** Folds interceptors around a handler once; the first is the outermost. */
export function foldHttp(
  interceptors: readonly HttpInterceptor[],
  handler: RouteHandler,
  toErrorReply: ToErrorReply,
): RouteHandler {
  return interceptors.reduceRight<RouteHandler>((inner, interceptor, index) => {
    return async (request, context) => {
      let passed: Promise<Reply> | undefined;
      const next = () => {
        passed = settle(
          () => interruptible(inner(request, context), context, index),
          request,
          context,
          toErrorReply,
        );
        return passed;
      };
      const value = await interceptor(request, context, next);
      // One that only looks on returns nothing: the reply of `next` stands.
      return value === undefined && passed ? passed : value;
    };
  }, handler);
}

/** The final reply of what is inside, whatever happens there: an interceptor sees what the client will get. */
async function settle(
  inner: () => unknown,
  request: RequestView,
  context: Context,
  toErrorReply: ToErrorReply,
): Promise<Reply> {
  try {
    const value = await inner();
    // A copy: a handler may return one Reply for all requests, and interceptors change what they get.
    const reply = copyReply(toReply(value));
    // The interceptor may change it, so it is encoded again in the end.
    assertSendable(reply);
    return reply;
  } catch (error) {
    return copyReply(await toErrorReply(error, request, context));
  }
}

/** The value, or the error with which the invocation is interrupted before it is there. */
function interruptible(value: unknown, context: Context, depth: number): unknown {
  if (!isThenable(value)) return value;
  return new Promise((resolve, reject) => {
    const done = context.whileWaiting(depth, reject);
    value.then(
      (late) => {
        done();
        if (context.interrupted) discardBody(toBody(late));
        resolve(late);
      },
      (error) => {
        done();
        reject(error);
      },
    );
  });
}

function toBody(value: unknown): unknown {
  try {
    return toReply(value).body;
  } catch {
    return undefined;
  }
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
