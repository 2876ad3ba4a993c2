import type { IncomingMessage } from 'node:http';
import { RESPONSE_TOO_LARGE, singleHeader } from '../../../aws/invoke-api.ts';
import { RESPONSE_LIMIT } from '../../../aws/limits.ts';
import { errorOutcome } from './failure.ts';
import type { EmulatedInvocation, Outcome } from './invocation.ts';
import { type Post, readBody } from './runtime-server.ts';

/** What was posted for an invocation; `cut`: nothing whole has come, so it is no answer. */
export type Posted = Omit<Outcome, 'log'> | 'cut';

/**
 * Reads a posted response or error. A stream goes to the invocation's sink as it comes, while `wanted`.
 * @param gathers called where a stream has no sink, and is collected
 */
export function readPosted(
  post: Post,
  invocation: EmulatedInvocation,
  wanted: () => boolean,
  gathers: () => void,
): Promise<Posted> {
  const { kind, request } = post;
  if (kind === 'error') return readError(request);
  const mode = singleHeader(request.headers, 'lambda-runtime-function-response-mode');
  if (mode?.toLowerCase() !== 'streaming') return readResponse(request);
  if (invocation.init.sink) return pipe(request, invocation, wanted);
  gathers();
  return collect(request);
}

export const TOO_LARGE: Posted = errorOutcome(RESPONSE_TOO_LARGE.type, {
  errorType: RESPONSE_TOO_LARGE.type,
  errorMessage: RESPONSE_TOO_LARGE.message,
});

async function readResponse(request: IncomingMessage): Promise<Posted> {
  const { body, over, cut } = await readBody(request, RESPONSE_LIMIT);
  if (cut) return 'cut';
  return over ? TOO_LARGE : { failed: false, payload: body, contentType: 'application/json' };
}

async function readError(request: IncomingMessage): Promise<Posted> {
  const { body, over, cut } = await readBody(request, RESPONSE_LIMIT);
  if (cut) return 'cut';
  if (over) return TOO_LARGE;
  const errorType = singleHeader(request.headers, 'lambda-runtime-function-error-type') ?? 'Unhandled';
  return { failed: true, errorType, payload: body, contentType: 'application/json' };
}

const TRUNCATED: Posted = errorOutcome('Runtime.TruncatedResponse', {
  errorType: 'Runtime.TruncatedResponse',
  errorMessage: 'The response stream broke off before its end.',
});

async function collect(request: IncomingMessage): Promise<Posted> {
  const { body, over, cut } = await readBody(request, RESPONSE_LIMIT);
  if (cut) return 'cut';
  if (over) return TOO_LARGE;
  return trailedError(request) ?? { failed: false, payload: body, contentType: typeOf(request) };
}

function typeOf({ headers }: IncomingMessage): string {
  return singleHeader(headers, 'content-type') ?? 'application/octet-stream';
}

async function pipe(
  request: IncomingMessage,
  { init, outcome }: EmulatedInvocation,
  wanted: () => boolean,
): Promise<Posted> {
  const contentType = typeOf(request);
  const sink = init.sink!;
  let begun = false;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      if (!wanted()) continue;
      if (!begun) sink.begin(contentType);
      begun = true;
      // A caller that reads no more must not hold the environment beyond the deadline.
      await Promise.race([sink.chunk(part), outcome]);
    }
  } catch {
    // Only the request can fail: `complete` tells.
  }
  if (!request.complete) return begun ? TRUNCATED : 'cut';
  if (!begun && wanted()) sink.begin(contentType);
  return trailedError(request) ?? { failed: false, payload: Buffer.alloc(0), contentType };
}

/** An error in the middle of a stream comes in its trailers, the body as base64. */
function trailedError({ trailers }: IncomingMessage): Posted | undefined {
  const errorType = trailers['lambda-runtime-function-error-type'];
  if (errorType === undefined) return undefined;
  const payload = Buffer.from(trailers['lambda-runtime-function-error-body'] ?? '', 'base64');
  return { failed: true, errorType, payload, contentType: 'application/json' };
}
