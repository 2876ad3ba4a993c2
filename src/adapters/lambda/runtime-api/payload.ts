import { functionError, shorten } from '../../../aws/function-result.ts';
import type { FunctionErrorPayload } from '../../../core/index.ts';

/** How much of an error is reported, in characters and frames. */
interface ErrorLimits {
  readonly message: number;
  readonly frames: number;
}

/** Trailers are header lines, and many servers take 16 KB of those. */
export const IN_TRAILERS: ErrorLimits = { message: 4096, frames: 8 };
const CAUSE_LIMIT = 8 * 1024;
const CAUSE_FRAMES = 16;

/** What /error, /init/error and the trailers of a stream carry. */
export interface ErrorReport {
  /** Safe in a header. */
  readonly type: string;
  /** `{errorType, errorMessage, stackTrace}` */
  readonly json: string;
  /** X-Ray's cause document, ASCII only; `undefined` when it would be too long for a header. */
  readonly cause: string | undefined;
}

/** Never throws, whatever was thrown. @param limits where there is less room than in a body */
export function encodeError(thrown: unknown, limits?: ErrorLimits, requestId = ''): ErrorReport {
  const told = functionError(thrown, requestId);
  const payload = limits ? shortened(told, limits) : told;
  const type = headerSafe(payload.errorType) || 'Error';
  return { type, json: JSON.stringify(payload), cause: xrayCause(payload) };
}

function shortened(
  { errorType, errorMessage, stackTrace }: FunctionErrorPayload,
  { message, frames }: ErrorLimits,
): FunctionErrorPayload {
  return {
    errorType,
    errorMessage: shorten(errorMessage, message),
    stackTrace: stackTrace.slice(0, frames),
  };
}

function headerSafe(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '_');
}

/** Line and column at the end of a frame, whose rest is not searched by one expression: a client may have written it. */
const PLACE = /:(\d+)(?::\d+)?\)?$/;

function xrayCause(payload: FunctionErrorPayload): string | undefined {
  if (payload.errorMessage.length > CAUSE_LIMIT) return undefined;
  const stack = payload.stackTrace.slice(0, CAUSE_FRAMES).map(frameOf);
  const exceptions = [{ type: payload.errorType, message: payload.errorMessage, stack }];
  const paths = [...new Set(stack.map((frame) => frame.path))];
  const text = ascii(JSON.stringify({ working_directory: process.cwd(), exceptions, paths }));
  return text.length <= CAUSE_LIMIT ? text : undefined;
}

/** `at label (path:line:column)` or `at path:line:column`. */
function frameOf(text: string): { path: string; line: number; label: string } {
  const place = PLACE.exec(text);
  if (!place) return { path: text, line: 0, label: 'anonymous' };
  const before = text.slice('at '.length, place.index);
  const open = before.indexOf(' (');
  const label = open < 0 ? 'anonymous' : before.slice(0, open);
  return { path: open < 0 ? before : before.slice(open + 2), line: Number(place[1]), label };
}

/** JSON escapes control characters already; the rest of what a header cannot hold follows here. */
function ascii(json: string): string {
  return json.replace(/[\x7f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
