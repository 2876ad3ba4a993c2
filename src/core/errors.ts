import { ownFrames } from './frames.ts';
import { REASON_PHRASES } from './status.ts';

/** The one table of error codes that the framework itself answers with. Codes are stable. */
export const ERROR_TABLE = {
  BAD_URL: 400,
  BAD_JSON: 400,
  BAD_MULTIPART: 400,
  BAD_REQUEST: 400,
  VALIDATION_FAILED: 400,
  ROUTE_NOT_FOUND: 404,
  FUNCTION_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNSUPPORTED_EVENT: 400,
  INTERNAL_ERROR: 500,
  RESPONSE_TOO_LARGE: 500,
  BAD_REPLY: 500,
  SHUTTING_DOWN: 503,
  TIMEOUT: 504,
} as const;

export type ErrorCode = keyof typeof ERROR_TABLE;

/**
 * An error whose status, code and message the client may see.
 * Throw it from a handler; anything else thrown is a 500 that leaks nothing.
 */
export class HttpError extends Error {
  override readonly name: string = 'HttpError';
  readonly status: number;
  /** Stable, upper snake case; the framework's own are in `ERROR_TABLE`. */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  /** @param status 400 to 599 */
  constructor(
    status: number,
    code: string,
    message: string,
    options: { headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`HttpError: status ${status} is not between 400 and 599`);
    }
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
  }
}

/** An `HttpError` with the status that `ERROR_TABLE` gives the code. */
export function frameworkError(
  code: ErrorCode,
  message: string,
  options?: { headers?: Record<string, string>; cause?: unknown },
): HttpError {
  return new HttpError(ERROR_TABLE[code], code, message, options);
}

/** A mistake in how the framework is used or configured: the message is for the operator, not for a client. */
export class ConfigError extends Error {
  override readonly name: string = 'ConfigError';
}

/** A hook of `onStart` has failed, so the process does not start. */
export class StartError extends ConfigError {
  override readonly name: string = 'StartError';
}

/** The handler took longer than its limit allows. */
export class HandlerTimeout extends Error {
  override readonly name: string = 'HandlerTimeout';
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`the handler did not answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** RFC 9457 problem document of an error, plus `code`. */
export function problemOf(error: HttpError): string {
  const { status, code, message } = error;
  return JSON.stringify({ title: REASON_PHRASES[status] ?? 'Error', status, code, detail: message });
}

/** What a client may see of anything thrown. */
export function toHttpError(thrown: unknown): HttpError {
  if (isInstance(thrown, HttpError)) return thrown;
  if (isInstance(thrown, HandlerTimeout))
    return frameworkError('TIMEOUT', 'The server did not answer in time.', { cause: thrown });
  return frameworkError('INTERNAL_ERROR', 'The server could not handle the request.', { cause: thrown });
}

/** The payload that Lambda and the Invoke API give for a failed function. */
export interface FunctionErrorPayload {
  errorType: string;
  errorMessage: string;
  /** Frames, without the first line of `stack`. */
  stackTrace: string[];
}

/** A function that `context.invoke` called and waited for has failed; `name` is the type of its error. */
export class FunctionError extends Error {
  constructor({ errorType, errorMessage }: Pick<FunctionErrorPayload, 'errorType' | 'errorMessage'>) {
    super(errorMessage);
    this.name = errorType;
  }
}

/** Never throws, whatever was thrown: a getter that throws, a cycle and a BigInt still give a payload. */
export function toFunctionError(thrown: unknown): FunctionErrorPayload {
  if (!isInstance(thrown, Error))
    return { errorType: typeName(thrown), errorMessage: show(thrown), stackTrace: [] };
  const errorType = attempt(() => String(thrown.name || 'Error'), 'Error');
  const errorMessage = attempt(() => String(thrown.message), 'the message of this error could not be read');
  return { errorType, errorMessage, stackTrace: attempt(() => framesOf(thrown.stack), []) };
}

/** `instanceof`, which throws at a revoked proxy. */
export function isInstance<T>(value: unknown, type: abstract new (...args: never) => T): value is T {
  return attempt(() => value instanceof type, false);
}

function framesOf(stack: unknown): string[] {
  if (typeof stack !== 'string') return [];
  const frames = stack.split('\n').map((line) => line.trim());
  return ownFrames(frames.filter((line) => line.startsWith('at ')));
}

function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value === 'object' ? 'Object' : typeof value;
}

function show(value: unknown): string {
  if (typeof value === 'string') return value;
  return (
    attempt(() => JSON.stringify(value), undefined) ??
    attempt(() => String(value), 'a value that cannot be shown')
  );
}

function attempt<T>(read: () => T, fallback: T): T {
  try {
    return read();
  } catch {
    return fallback;
  }
}
