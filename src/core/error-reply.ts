import type { Context } from './context.ts';
import { HttpError, toHttpError } from './errors.ts';
import type { ErrorHook } from './handlers.ts';
import type { RawResponse } from './messages.ts';
import { assertSendable, errorReply, Reply, toRawResponse, toReply } from './reply.ts';
import type { RequestView } from './request.ts';
import type { Awaitable } from './types.ts';

/**
 * The reply of an error: what the first hook gives that gives one, else the problem document. A 5xx leaves its cause in
 * the log, never in the reply. Synchronous where no hook is asked; never fails.
 */
export function toErrorReply(
  thrown: unknown,
  request: RequestView,
  context: Context,
  hooks: readonly ErrorHook[],
): Awaitable<Reply> {
  const error = toHttpError(thrown);
  if (error.status >= 500) logFailure(error, request, context);
  if (hooks.length === 0) return withError(problemReply(error), thrown);
  return shaped(thrown, error, request, context, hooks);
}

async function shaped(
  thrown: unknown,
  error: HttpError,
  request: RequestView,
  context: Context,
  hooks: readonly ErrorHook[],
): Promise<Reply> {
  for (const hook of hooks) {
    try {
      const value = await hook(thrown, request, context);
      if (value === undefined) continue;
      return withError(sendable(value, error), thrown);
    } catch (problem) {
      context.logger.error('onError failed', { path: request.path, route: request.route, error: problem });
    }
  }
  return withError(problemReply(error), thrown);
}

/** What a hook gives keeps the status of the error where it says none. */
function sendable(value: unknown, { status }: HttpError): Reply {
  const reply = toReply(value);
  const made = reply.status === undefined ? new Reply(reply.body, { ...reply, status }) : reply;
  assertSendable(made);
  return made;
}

function problemReply(error: HttpError): Reply {
  try {
    const made = errorReply(error);
    assertSendable(made);
    return made;
  } catch {
    // Only the headers of a handler's own HttpError can be unsendable.
    return errorReply(new HttpError(error.status, error.code, error.message));
  }
}

interface Failing {
  readonly method: string;
  readonly path: string;
  readonly route?: string | undefined;
}

/**
 * The response of an error that comes to light after the interceptors are done: the reply is too large for its
 * gateway, or its stream breaks before the first byte.
 */
export function failed(thrown: unknown, request: Failing, context: Context): RawResponse {
  const error = toHttpError(thrown);
  if (error.status >= 500) logFailure(error, request, context);
  return toRawResponse(problemReply(error), request.method);
}

function withError(reply: Reply, thrown: unknown): Reply {
  reply.error = thrown;
  return reply;
}

function logFailure(error: HttpError, request: Failing, context: Context): void {
  const { method, path, route } = request;
  context.logger.error('request failed', {
    method,
    path,
    route,
    status: error.status,
    error: error.cause ?? error,
  });
}
