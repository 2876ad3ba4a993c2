import {
  collect,
  type FunctionErrorPayload,
  HandlerTimeout,
  isStream,
  JsonError,
  toFunctionError,
  toJsonText,
} from '../core/index.ts';
import { RESPONSE_TOO_LARGE, timedOut } from './invoke-api.ts';
import { RESPONSE_LIMIT } from './limits.ts';

/** A failure that the runtime itself reports, with its Lambda error type, e.g. `Runtime.HandlerNotFound`. */
export class RuntimeFailure extends Error {
  constructor(type: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = type;
  }
}

/**
 * The JSON of a function's result, the same in Lambda, by the Invoke API and by `app invoke`; `undefined` is `null`.
 * @throws RuntimeFailure for what is no JSON, or over `RESPONSE_LIMIT` bytes
 */
export function encodeResult(value: unknown): string {
  const text = stringify(value);
  const bytes = text.length > RESPONSE_LIMIT ? text.length : Buffer.byteLength(text);
  if (bytes <= RESPONSE_LIMIT) return text;
  throw new RuntimeFailure(RESPONSE_TOO_LARGE.type, RESPONSE_TOO_LARGE.message);
}

/**
 * The same of a result that may be a stream: then its text, as Lambda gives it to a caller that does not stream.
 * @throws RuntimeFailure as `encodeResult`, and whatever the stream throws
 */
export async function collectResult(value: unknown): Promise<string> {
  if (!isStream(value)) return encodeResult(value);
  const bytes = await collect(value);
  if (bytes.length <= RESPONSE_LIMIT) return new TextDecoder().decode(bytes);
  throw new RuntimeFailure(RESPONSE_TOO_LARGE.type, RESPONSE_TOO_LARGE.message);
}

function stringify(value: unknown): string {
  if (value === undefined) return 'null';
  try {
    return toJsonText(value);
  } catch (cause) {
    const why = cause instanceof JsonError ? cause.message : toFunctionError(cause).errorMessage;
    throw new RuntimeFailure('Runtime.MarshalError', `the result is no JSON value: ${why}`, cause);
  }
}

/** The payload of a failed function, as Lambda would name the failure. Never throws. */
export function functionError(thrown: unknown, requestId: string): FunctionErrorPayload {
  if (!(thrown instanceof HandlerTimeout)) return toFunctionError(thrown);
  const { type, message } = timedOut(requestId, thrown.timeoutMs);
  return { errorType: type, errorMessage: message, stackTrace: [] };
}
