import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  badContent,
  functionNameOf,
  InvokeApiError,
  localArn,
  notFound,
  oneOf,
  parseClientContext,
  parsePayload,
  type RawHeaders,
  singleHeader,
  tooLarge,
} from '../../../aws/invoke-api.ts';
import { EVENT_REQUEST_LIMIT, REQUEST_LIMIT } from '../../../aws/limits.ts';
import { functionRegion } from '../environment/child-env.ts';
import { EmulatedInvocation, type InvocationInit, type Outcome } from '../environment/invocation.ts';
import type { Pool } from '../environment/pool.ts';
import { readBody } from '../environment/runtime-server.ts';
import type { EmulatorOptions } from '../options.ts';
import type { AsyncQueue } from './async-queue.ts';
import { StreamedResponse } from './streamed-response.ts';

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
const STREAM = /^\/2021-11-15\/functions\/([^/]+)\/response-streaming-invocations$/;
const TYPES: Record<'invoke' | 'stream', readonly [string, ...string[]]> = {
  invoke: ['RequestResponse', 'Event', 'DryRun'],
  stream: ['RequestResponse', 'DryRun'],
};
/** Lambda's limit of X-Amz-Client-Context, characters of base64. */
const CLIENT_CONTEXT_LIMIT = 3583;

/** Lambda's operations Invoke and InvokeWithResponseStream. */
export class InvokeApi {
  readonly #options: EmulatorOptions;
  readonly #pools: ReadonlyMap<string, Pool>;
  readonly #events: AsyncQueue;

  constructor(options: EmulatorOptions, pools: ReadonlyMap<string, Pool>, events: AsyncQueue) {
    this.#options = options;
    this.#pools = pools;
    this.#events = events;
  }

  /** Never rejects: what goes wrong is the answer. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#invoke(request, response);
    } catch (error) {
      request.resume();
      if (response.headersSent) return void response.destroy();
      this.#refuse(response, error);
    }
  }

  async #invoke(request: IncomingMessage, response: ServerResponse): Promise<void> {
    refuseBrowsers(request.headers);
    const { operation, given } = operationOf(request);
    const { headers } = request;
    const type = oneOf(headers, 'x-amz-invocation-type', TYPES[operation]);
    const tail = oneOf(headers, 'x-amz-log-type', ['None', 'Tail']) === 'Tail';
    const name = functionNameOf(given);
    const pool = this.#pools.get(name);
    const arn = localArn(name, { AWS_REGION: functionRegion(this.#options) });
    if (!pool) throw notFound(arn);
    const payload = await readPayload(request, type === 'Event' ? EVENT_REQUEST_LIMIT : REQUEST_LIMIT);
    if (payload === undefined) return;
    const init = { functionName: name, arn, payload, ...forwarded(headers) };
    if (type === 'DryRun') return sendPlain(response, randomUUID(), 204);
    if (type === 'Event') return sendPlain(response, this.#events.accept(pool, init).requestId, 202);
    if (operation === 'stream') await stream(pool, init, response, tail);
    else await respond(pool, init, response, tail);
  }

  #refuse(response: ServerResponse, error: unknown): void {
    const known = error instanceof InvokeApiError;
    if (!known) this.#options.logger.error('invoke failed', { error });
    const shown = known
      ? error
      : new InvokeApiError(500, 'ServiceException', 'The emulator could not invoke it.');
    const body = Buffer.from(shown.toBody());
    response.writeHead(shown.status, {
      'Content-Type': 'application/json',
      'Content-Length': body.length,
      'x-amzn-RequestId': randomUUID(),
      'x-amzn-ErrorType': shown.type,
    });
    response.end(body);
  }
}

/** A web page could otherwise run functions on the machine of whoever looks at it. */
function refuseBrowsers(headers: RawHeaders): void {
  if (headers.origin === undefined && headers['sec-fetch-site'] === undefined) return;
  throw new InvokeApiError(403, 'AccessDeniedException', 'The emulator takes no requests of web pages.');
}

function operationOf({ method, url = '' }: IncomingMessage): {
  operation: 'invoke' | 'stream';
  given: string;
} {
  const path = url.split('?', 1)[0]!;
  const plain = INVOKE.exec(path)?.[1];
  const given = plain ?? STREAM.exec(path)?.[1];
  if (method !== 'POST' || given === undefined) {
    const message = `The emulator has no operation ${method} ${path}.`;
    throw new InvokeApiError(404, 'UnknownOperationException', message);
  }
  return { operation: plain === undefined ? 'stream' : 'invoke', given: decode(given) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @returns `undefined` when the client has gone */
async function readPayload(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const { body, over, cut } = await readBody(request, limit);
  if (cut) return undefined;
  if (over) throw tooLarge(limit);
  parsePayload(body);
  return body.length === 0 ? Buffer.from('{}') : body;
}

function forwarded(headers: RawHeaders): Partial<InvocationInit> {
  const encoded = singleHeader(headers, 'x-amz-client-context');
  if (encoded !== undefined && encoded.length > CLIENT_CONTEXT_LIMIT)
    throw badContent(`Client context must be at most ${CLIENT_CONTEXT_LIMIT} characters.`);
  const context = parseClientContext(headers);
  return {
    clientContext: context === undefined ? undefined : JSON.stringify(context),
    traceId: singleHeader(headers, 'x-amzn-trace-id'),
    tenantId: singleHeader(headers, 'x-amz-tenant-id'),
  };
}

function invoked(requestId: string): Record<string, string> {
  return { 'x-amzn-RequestId': requestId, 'X-Amz-Executed-Version': '$LATEST' };
}

function sendPlain(response: ServerResponse, requestId: string, status: number): void {
  const length = status === 204 ? {} : { 'Content-Length': 0 };
  response.writeHead(status, { ...invoked(requestId), ...length }).end();
}

async function respond(
  pool: Pool,
  init: InvocationInit,
  response: ServerResponse,
  tail: boolean,
): Promise<void> {
  const invocation = new EmulatedInvocation(init);
  pool.submit(invocation);
  const { failed, payload, log }: Outcome = await invocation.outcome;
  response.writeHead(200, {
    ...invoked(invocation.requestId),
    'Content-Type': 'application/json',
    'Content-Length': payload.length,
    ...(failed ? { 'X-Amz-Function-Error': 'Unhandled' } : {}),
    ...(tail ? { 'X-Amz-Log-Result': log.toString('base64') } : {}),
  });
  response.end(payload);
}

async function stream(
  pool: Pool,
  init: InvocationInit,
  response: ServerResponse,
  tail: boolean,
): Promise<void> {
  const sink = new StreamedResponse(response);
  const invocation = new EmulatedInvocation({ ...init, sink });
  for (const [name, value] of Object.entries(invoked(invocation.requestId))) response.setHeader(name, value);
  pool.submit(invocation);
  await sink.end(await invocation.outcome, tail);
}
