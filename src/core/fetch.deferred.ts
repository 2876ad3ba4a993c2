import { Context } from './context.ts';
import { joinHeaders } from './headers.ts';
import { createLogger, logLevelFrom } from './logger.ts';
import type { RawRequest, RawResponse } from './messages.ts';
import type { Service } from './service.ts';

/** Statuses whose Response must have no body. */
const EMPTY = new Set([204, 205, 304]);

/** Runs a native Request; the signal of the request reaches the handler. */
export async function fetchService(service: Service, request: Request): Promise<Response> {
  const logger = createLogger({
    level: logLevelFrom(process.env),
    write: (line) => process.stderr.write(line),
  });
  const context = new Context({ requestId: () => crypto.randomUUID(), functionName: service.name, logger });
  const { signal } = request;
  const abort = () => context.abort(signal.reason);
  // An event that has passed is not sent again.
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const raw = await service.dispatch(toRawRequest(request), context);
  signal.removeEventListener('abort', abort);
  context.finish();
  return toNativeResponse(raw);
}

function toRawRequest(request: Request): RawRequest {
  const url = new URL(request.url);
  const headers = joinHeaders(request.headers);
  headers.host ??= url.host;
  return {
    method: request.method,
    path: url.pathname,
    rawQuery: url.search.slice(1),
    headers,
    body: request.body ?? undefined,
    clientIp: '',
    scheme: url.protocol === 'https:' ? 'https' : 'http',
  };
}

function toNativeResponse(raw: RawResponse): Response {
  const headers = new Headers(raw.headers);
  for (const cookie of raw.cookies) headers.append('set-cookie', cookie);
  const body = EMPTY.has(raw.status) ? null : toBody(raw.body);
  return new Response(body, { status: raw.status, headers });
}

type NativeBody = ConstructorParameters<typeof Response>[0];

function toBody(body: RawResponse['body']): NativeBody {
  if (body === undefined) return null;
  // Response gives a string a content type of its own where the reply has none; bytes it leaves alone.
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body as NativeBody;
  return ReadableStream.from(body).pipeThrough(encodeStrings());
}

function encodeStrings(): TransformStream<Uint8Array | string, Uint8Array> {
  const encoder = new TextEncoder();
  return new TransformStream({
    transform: (chunk, out) => out.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk),
  });
}
