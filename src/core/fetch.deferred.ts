import { Context } from './context.ts';
import { failed } from './error-reply.ts';
import { HttpError } from './errors.ts';
import { joinHeaders } from './headers.ts';
import { isAuthority } from './host.ts';
import { FIRST_CHUNK_MS } from './limits.ts';
import { createLogger, type Logger, logLevelFrom } from './logger.ts';
import type { BodyStream, RawRequest, RawResponse } from './messages.ts';
import type { FetchHandler } from './mount.ts';
import type { RequestView } from './request.ts';
import type { Service } from './service.ts';
import { discardBody, isStream, toBytes } from './streams.ts';
import type { InvocationContext } from './types.ts';

/** Statuses whose Response must have no body. */
const EMPTY = new Set([204, 205, 304]);

/** Whoever calls without a server has given no logger. */
export const stderrLogger = (): Logger =>
  createLogger({ level: logLevelFrom(process.env), write: (line) => process.stderr.write(line) });

/** Services whose hooks have run, or run now, for requests that come without a server. */
const held = new WeakMap<Service, Promise<void>>();

/** Runs the hooks of `onStart` unless they have run. @throws StartError when one fails; the next call tries again */
export async function hold(service: Service): Promise<void> {
  const started = held.get(service) ?? service.lifecycle.start({ logger: stderrLogger() });
  held.set(service, started);
  try {
    await started;
  } catch (error) {
    if (held.get(service) === started) held.delete(service);
    throw error;
  }
}

/** Runs the hooks of `onStop` for what `hold` has started. @returns whether all of them ended well */
export async function release(service: Service): Promise<boolean> {
  const started = held.get(service);
  held.delete(service);
  try {
    await started;
  } catch {
    return true;
  }
  return started === undefined || service.lifecycle.stop({ logger: stderrLogger() });
}

/** Runs a native Request; its signal reaches the handler. @throws StartError for a hook of `onStart` that fails */
export async function fetchService(service: Service, request: Request): Promise<Response> {
  await hold(service);
  const logger = stderrLogger();
  const context = new Context({ requestId: () => crypto.randomUUID(), functionName: service.name, logger });
  const { signal } = request;
  const abort = () => context.abort(signal.reason);
  // An event that has passed is not sent again.
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const given = toRawRequest(request);
  const raw = await service.dispatch(given, context);
  signal.removeEventListener('abort', abort);
  const response = isStream(raw.body) ? await begun(raw, raw.body, given, context) : raw;
  context.finish();
  return toNativeResponse(response);
}

/** The response once its stream has given its first chunk or taken its time; that of the error if it fails at once. */
async function begun(
  raw: RawResponse,
  body: BodyStream,
  request: RawRequest,
  context: Context,
): Promise<RawResponse> {
  try {
    const iterator = body[Symbol.asyncIterator]();
    const first = Promise.resolve(iterator.next()).then(sendable);
    await Promise.race([first, new Promise((resolve) => setTimeout(resolve, FIRST_CHUNK_MS))]);
    return { ...raw, body: resumed(first, iterator, context) };
  } catch (error) {
    return failed(error, request, context);
  }
}

function sendable<T>(result: IteratorResult<T>): IteratorResult<T> {
  if (!result.done) toBytes(result.value);
  return result;
}

/** Whoever cancels is told at once, also while the next chunk is waited for: then nobody would come to the end of it. */
function resumed<T>(
  first: Promise<IteratorResult<T>>,
  iterator: AsyncIterator<T>,
  context: Context,
): AsyncIterable<T> {
  let waiting: Promise<IteratorResult<T>> | undefined = first;
  const next = () => {
    const result = waiting ?? iterator.next();
    waiting = undefined;
    return result;
  };
  const leave = async (): Promise<IteratorResult<T>> => {
    context.abort(new Error('the client has gone'));
    await iterator.return?.();
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
}

function toRawRequest(request: Request): RawRequest {
  const url = new URL(request.url);
  const headers = joinHeaders(request.headers);
  if (headers.host === undefined || !isAuthority(headers.host)) headers.host = url.host;
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

/** Runs a fetch handler that is mounted. @throws HttpError what its body failed with, whatever the handler made of that */
export async function callFetchHandler(
  handler: FetchHandler,
  keepPrefix: boolean,
  request: RequestView,
  context: InvocationContext,
): Promise<Response> {
  const failure: { error?: HttpError } = {};
  const init = {
    method: request.method,
    headers: byteStrings(request.headers),
    signal: context.signal,
    ...(await bodyOf(request, failure)),
  };
  const { clientIp, params } = request;
  const native = new Request(keepPrefix ? request.url : withoutPrefix(request), init);
  const response: unknown = await handler(native, { context, clientIp, params });
  if (!failure.error && isResponse(response)) return response;
  discardBody((response as Response | undefined)?.body);
  throw failure.error ?? new TypeError(`the fetch handler mounted at ${request.route} gave no Response`);
}

/** Also one of another class than Node's own, as some apps make. */
const isResponse = (value: unknown): value is Response =>
  Object.prototype.toString.call(value) === '[object Response]';

/** GET and HEAD have none, as fetch wants it. An interceptor may have read it already. */
async function bodyOf(request: RequestView, failure: { error?: HttpError }): Promise<object> {
  if (!request.hasBody || request.method === 'GET' || request.method === 'HEAD') return {};
  let body: ReadableStream<Uint8Array>;
  try {
    body = request.stream();
  } catch {
    return { body: await request.bytes() };
  }
  return { body: ReadableStream.from(watched(body, failure)), duplex: 'half' };
}

async function* watched(body: AsyncIterable<Uint8Array>, failure: { error?: HttpError }): BodyStream {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    if (error instanceof HttpError) failure.error = error;
    throw error;
  }
}

/** The URL less the segments of the route before its wildcard. */
function withoutPrefix({ url, path, route = '' }: RequestView): string {
  const depth = route.split('/').length - (route.endsWith('/*') ? 1 : 0);
  const start = url.indexOf('/', url.indexOf('//') + 2);
  const rest = path.split('/').slice(depth).join('/');
  return `${url.slice(0, start)}/${rest}${url.slice(start + path.length)}`;
}

/** Headers take bytes only, an event may hold any text. */
function byteStrings(headers: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(headers).map(([name, value]) => [
    name,
    /[^\0-\xff]/.test(value) ? Buffer.from(value).toString('latin1') : value,
  ]);
}
