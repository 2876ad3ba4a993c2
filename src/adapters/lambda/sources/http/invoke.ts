import {
  type Awaitable,
  type BodyStream,
  type Context,
  failed,
  frameworkError,
  isStream,
  isThenable,
  type RawRequest,
  type RawResponse,
  type Service,
} from '../../../../core/index.ts';
import { describeEvent } from '../describe-event.ts';
import {
  detectSource,
  HTTP_SOURCES,
  type HttpResult,
  type HttpSource,
  type HttpSourceName,
  type SourceOptions,
} from './index.ts';
import { basePathFrom } from './shared/path.ts';

/**
 * Options from `AMPHI_BASE_PATH`. The runtime reads them at start, so that a mistake is an init error.
 * @throws ConfigError
 */
export function httpOptionsFrom(env: Readonly<Record<string, string | undefined>>): SourceOptions {
  return { basePath: basePathFrom(env) };
}

let fromEnv: SourceOptions | undefined;

function defaultOptions(): SourceOptions {
  fromEnv ??= httpOptionsFrom(process.env);
  return fromEnv;
}

/**
 * Whether `invokeHttp` would take the event. Never throws: an ambiguous one is none.
 * @example
 * ```ts
 * import { isHttpEvent } from 'amphi/lambda';
 *
 * console.log(isHttpEvent({ httpMethod: 'GET', path: '/', requestContext: { stage: 'prod' } })); // true
 * console.log(isHttpEvent({ Records: [{ eventSource: 'aws:sqs' }] })); // false
 * ```
 */
export function isHttpEvent(event: unknown): boolean {
  try {
    return Object.hasOwn(HTTP_SOURCES, detectSource(event));
  } catch {
    return false;
  }
}

/**
 * Runs the HTTP routes on an event of API Gateway, ALB, a Function URL or VPC Lattice, and gives the result
 * that this source expects. Synchronous while the handler is.
 * @throws HttpError 400 `UNSUPPORTED_EVENT` for any other event
 * @example
 * ```ts
 * import { Context, createLogger, createRegistry } from 'amphi';
 * import { invokeHttp } from 'amphi/lambda';
 *
 * const registry = createRegistry({ name: 'greeter' });
 * registry.get('/hello/:name', (request) => `Hello ${request.params.name}`);
 * const logger = createLogger({ write: (line) => process.stderr.write(line) });
 * const context = new Context({ requestId: '1', functionName: 'http', logger });
 * const event = {
 *   version: '2.0',
 *   rawPath: '/hello/Ada',
 *   rawQueryString: '',
 *   headers: { host: 'example.com' },
 *   requestContext: { http: { method: 'GET', path: '/hello/Ada', sourceIp: '203.0.113.9' }, stage: '$default' },
 *   isBase64Encoded: false,
 * };
 *
 * const result = await invokeHttp(registry.freeze(), event, context);
 * const { statusCode, body } = result as { statusCode: number; body: string };
 * console.log(statusCode, body); // 200 Hello Ada
 * ```
 */
export function invokeHttp(
  service: Service,
  event: unknown,
  context: Context,
  options: SourceOptions = defaultOptions(),
): Awaitable<unknown> {
  const source = sourceOf(event);
  const request = source.toRequest(event, options);
  const response = service.dispatch(request, context);
  const finish = (done: RawResponse) => encode(source, done, { request, event, context });
  return isThenable(response) ? (response as PromiseLike<RawResponse>).then(finish) : finish(response);
}

/** What a response stream starts with; the names of Lambda's prelude. */
export interface StreamPrelude {
  statusCode: number;
  headers: Record<string, string>;
  cookies?: string[];
}

export interface StreamedResult {
  prelude: StreamPrelude;
  body: RawResponse['body'];
}

const STREAMING: readonly HttpSourceName[] = ['function-url', 'apigateway-v1', 'apigateway-v2'];

/**
 * The same for a function whose invoke mode is RESPONSE_STREAM: the body is handed on as it is.
 * @throws HttpError 400 `UNSUPPORTED_EVENT` for a source that cannot stream
 * @example
 * ```ts
 * import { Context, createLogger, createRegistry } from 'amphi';
 * import { streamHttp } from 'amphi/lambda';
 *
 * const registry = createRegistry({ name: 'greeter' });
 * registry.get('/hello/:name', async function* (request) {
 *   yield 'Hello ';
 *   yield request.params.name;
 * });
 * const logger = createLogger({ write: (line) => process.stderr.write(line) });
 * const context = new Context({ requestId: '1', functionName: 'http', logger });
 * const event = {
 *   version: '2.0',
 *   rawPath: '/hello/Ada',
 *   rawQueryString: '',
 *   headers: { host: 'example.com' },
 *   requestContext: { http: { method: 'GET', path: '/hello/Ada', sourceIp: '203.0.113.9' }, stage: '$default' },
 *   isBase64Encoded: false,
 * };
 *
 * const { prelude, body } = await streamHttp(registry.freeze(), event, context);
 * console.log(prelude.statusCode); // 200
 * for await (const piece of body as AsyncIterable<string>) console.log(piece.trim()); // Hello
 * ```
 */
export async function streamHttp(
  service: Service,
  event: unknown,
  context: Context,
  options: SourceOptions = defaultOptions(),
): Promise<StreamedResult> {
  const source = sourceOf(event);
  if (!STREAMING.includes(source.name))
    throw frameworkError('UNSUPPORTED_EVENT', `A response to ${source.name} cannot be streamed.`);
  const response = await service.dispatch(source.toRequest(event, options), context);
  const { status: statusCode, headers, cookies, body } = response;
  return { prelude: { statusCode, headers, ...(cookies.length > 0 ? { cookies } : {}) }, body };
}

function sourceOf(event: unknown): HttpSource {
  const name = detectSource(event);
  if (Object.hasOwn(HTTP_SOURCES, name)) return HTTP_SOURCES[name as HttpSourceName];
  throw frameworkError('UNSUPPORTED_EVENT', `The HTTP routes take no ${describeEvent(name, event)}.`);
}

interface Exchange {
  readonly request: RawRequest;
  readonly event: unknown;
  readonly context: Context;
}

/** A reply that the source cannot carry, or whose stream breaks, becomes the reply of that error. */
function encode(source: HttpSource, response: RawResponse, exchange: Exchange): Awaitable<HttpResult> {
  const { request, event, context } = exchange;
  const instead = (error: unknown) => source.toResult(failed(error, request, context), event, context);
  if (!told && isStream(response.body) && response.headers['content-length'] === undefined)
    response.body = watched(response.body, context);
  try {
    const result = source.toResult(response, event, context);
    return isThenable(result) ? result.then(undefined, instead) : result;
  } catch (error) {
    return instead(error);
  }
}

/** Only the emulator wants to hear of it, and once: in Lambda it may be meant so. */
let told = process.env.AMPHI_EMULATOR === undefined;

/** A stream of several pieces and no known length is more than a text in the clothes of one, as a Response has it. */
async function* watched(body: BodyStream, context: Context): BodyStream {
  let pieces = 0;
  for await (const piece of body) {
    if (++pieces === 2 && !told) {
      told = true;
      context.logger.warn(
        'a stream is gathered and sent as a whole: --env AMPHI_INVOKE_MODE=RESPONSE_STREAM with --httpPort or InvokeWithResponseStream streams it',
      );
    }
    yield piece;
  }
}
