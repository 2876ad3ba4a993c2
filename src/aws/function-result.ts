import {
  bytesOf,
  type FunctionErrorPayload,
  HandlerTimeout,
  isInstance,
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
  throw responseTooLarge();
}

/**
 * The same of a result that may be a stream: then its bytes, as Lambda gives them to a caller that does not stream.
 * @throws RuntimeFailure as `encodeResult`, and whatever the stream throws
 */
export async function collectResult(value: unknown): Promise<string | Buffer> {
  if (!isStream(value)) return encodeResult(value);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of bytesOf(value)) {
    size += part.length;
    // The rest is not waited for: it may have no end.
    if (size > RESPONSE_LIMIT) throw responseTooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function responseTooLarge(): RuntimeFailure {
  return new RuntimeFailure(RESPONSE_TOO_LARGE.type, RESPONSE_TOO_LARGE.message);
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

/** How much of a failure is told, in characters and frames. */
export const TYPE_LIMIT = 256;
export const MESSAGE_LIMIT = 256 * 1024;
const FRAME_LIMIT = 64;
const LINE_LIMIT = 1024;

/** The payload of a failed function, as Lambda would name the failure. Never throws. */
export function functionError(thrown: unknown, requestId: string): FunctionErrorPayload {
  if (isInstance(thrown, HandlerTimeout)) {
    const { type, message } = timedOut(requestId, thrown.timeoutMs);
    return { errorType: type, errorMessage: message, stackTrace: [] };
  }
  const { errorType, errorMessage, stackTrace } = toFunctionError(thrown);
  return {
    errorType: errorType.slice(0, TYPE_LIMIT),
    errorMessage: shorten(errorMessage, MESSAGE_LIMIT),
    stackTrace: stackTrace.slice(0, FRAME_LIMIT).map((line) => shorten(line, LINE_LIMIT)),
  };
}

/** @returns the beginning of a longer text, with what it was */
export function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}... (cut, it has ${text.length} characters)`;
}
