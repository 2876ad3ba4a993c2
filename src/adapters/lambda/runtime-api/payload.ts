import { toFunctionError } from '../../../core/index.ts';

/** Lambda's limit of a buffered response, in bytes of JSON. */
export const RESPONSE_LIMIT = 6_291_556;
/** How much of an error is reported, in characters and frames. */
interface ErrorLimits {
  readonly message: number;
  readonly frames: number;
}

const IN_BODY: ErrorLimits = { message: 256 * 1024, frames: 64 };
/** Trailers are header lines, and many servers take 16 KB of those. */
export const IN_TRAILERS: ErrorLimits = { message: 4096, frames: 8 };
const TYPE_LIMIT = 256;
const CAUSE_LIMIT = 8 * 1024;
const CAUSE_FRAMES = 16;

/** A failure that this runtime itself reports, with its Lambda error type, e.g. `Runtime.HandlerNotFound`. */
export class RuntimeFailure extends Error {
  constructor(type: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = type;
  }
}

/**
 * The JSON of a function's result; `undefined` is `null`.
 * @throws RuntimeFailure for what is no JSON, or over `RESPONSE_LIMIT` bytes
 */
export function encodeResult(value: unknown): string {
  const text = stringify(value);
  const bytes = text.length > RESPONSE_LIMIT ? text.length : Buffer.byteLength(text);
  if (bytes <= RESPONSE_LIMIT) return text;
  throw new RuntimeFailure(
    'Function.ResponseSizeTooLarge',
    `the response is ${Buffer.byteLength(text)} bytes of JSON, Lambda takes at most ${RESPONSE_LIMIT}`,
  );
}

function stringify(value: unknown): string {
  if (value === undefined) return 'null';
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const why = toFunctionError(cause).errorMessage;
    throw new RuntimeFailure('Runtime.MarshalError', `the result is no JSON value: ${why}`, cause);
  }
  if (text === undefined) {
    throw new RuntimeFailure('Runtime.MarshalError', `the result is no JSON value but a ${typeof value}`);
  }
  return text;
}

/** What /error, /init/error and the trailers of a stream carry. */
export interface ErrorReport {
  /** Safe in a header. */
  readonly type: string;
  /** `{errorType, errorMessage, stackTrace}` */
  readonly json: string;
  /** X-Ray's cause document, ASCII only; `undefined` when it would be too long for a header. */
  readonly cause: string | undefined;
}

/** Never throws, whatever was thrown. */
export function encodeError(thrown: unknown, limits: ErrorLimits = IN_BODY): ErrorReport {
  const { errorType, errorMessage, stackTrace } = toFunctionError(thrown);
  const type = headerSafe(errorType.slice(0, TYPE_LIMIT)) || 'Error';
  const payload = {
    errorType: errorType.slice(0, TYPE_LIMIT),
    errorMessage: shorten(errorMessage, limits.message),
    stackTrace: stackTrace.slice(0, limits.frames).map((line) => shorten(line, 1024)),
  };
  return { type, json: JSON.stringify(payload), cause: xrayCause(payload) };
}

function headerSafe(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '_');
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}... (cut, it has ${text.length} characters)`;
}

const FRAME = /^at (?:(.*?) \()?(.*?):(\d+)(?::\d+)?\)?$/;

function xrayCause(payload: {
  errorType: string;
  errorMessage: string;
  stackTrace: string[];
}): string | undefined {
  if (payload.errorMessage.length > CAUSE_LIMIT) return undefined;
  const stack = payload.stackTrace.slice(0, CAUSE_FRAMES).map((line) => {
    const [, label = 'anonymous', path = line, number = '0'] = FRAME.exec(line) ?? [];
    return { path, line: Number(number), label };
  });
  const exceptions = [{ type: payload.errorType, message: payload.errorMessage, stack }];
  const paths = [...new Set(stack.map((frame) => frame.path))];
  const text = ascii(JSON.stringify({ working_directory: process.cwd(), exceptions, paths }));
  return text.length <= CAUSE_LIMIT ? text : undefined;
}

/** JSON escapes control characters already; the rest of what a header cannot hold follows here. */
function ascii(json: string): string {
  return json.replace(/[\x7f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
