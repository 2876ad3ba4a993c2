import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  functionNameOf,
  InvokeApiError,
  localArn,
  notFound,
  oneOf,
  parseClientContext,
  parsePayload,
  singleHeader,
  tooLarge,
} from '../../../aws/invoke-api.ts';
import { REQUEST_LIMIT } from '../../../aws/limits.ts';
import { hasBody, outliveUpload, readBody } from '../body.ts';
import { setLast } from '../http2.ts';
import type { RequestHandler } from '../request-handler.ts';
import { mayInvoke } from './access.ts';
import { InvokeCall } from './invoke-call.ts';
import { LogTail } from './log-tail.ts';

/** Lambda's Invoke operation: `aws lambda invoke --endpoint-url` and every SDK are its clients. */
export function addInvokeApi(fastify: FastifyInstance, handler: RequestHandler): void {
  fastify.route({
    method: 'POST',
    url: '/2015-03-31/functions/:name/invocations',
    handler: (request, reply) => {
      // To anyone else the path is like any other.
      if (mayInvoke(request, handler.options)) void serve(handler, request, reply);
      else handler.handle(request, reply);
    },
  });
}

async function serve(handler: RequestHandler, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  try {
    const payload = await payloadOf(request, reply);
    if (payload !== undefined) await invoke(handler, request, reply, payload);
  } catch (error) {
    answerError(handler, reply, error);
  }
}

/** @returns `undefined` when the client has gone */
function payloadOf(request: FastifyRequest, reply: FastifyReply): Promise<Uint8Array | undefined> {
  const empty = new Uint8Array(0);
  if (!hasBody(request.raw)) return Promise.resolve(empty);
  return new Promise((resolve, reject) => {
    readBody(request.raw, reply.raw, REQUEST_LIMIT, (error, body, gone) => {
      if (error) reject(error.status === 413 ? tooLarge(REQUEST_LIMIT) : error);
      else resolve(gone ? undefined : (body ?? empty));
    });
  });
}

async function invoke(
  handler: RequestHandler,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: Uint8Array,
): Promise<void> {
  const { headers } = request.raw;
  const type = oneOf(headers, 'x-amz-invocation-type', ['RequestResponse', 'Event', 'DryRun']);
  const tail = oneOf(headers, 'x-amz-log-type', ['None', 'Tail']) === 'Tail';
  const log =
    tail && type === 'RequestResponse' ? new LogTail(handler.options.logger, process.env) : undefined;
  const invocation = prepare(handler, request, payload, log);
  reply.header('x-amzn-requestid', invocation.requestId).header('x-amz-executed-version', '$LATEST');
  if (type === 'DryRun') return send(handler, reply, 204, undefined);
  if (type === 'Event') {
    void invocation.run();
    return send(handler, reply, 202, undefined);
  }
  const outcome = await invocation.run();
  if (outcome.failed) reply.header('x-amz-function-error', 'Unhandled');
  if (log) reply.header('x-amz-log-result', log.toBase64());
  send(handler, reply, 200, outcome.payload);
}

function prepare(
  handler: RequestHandler,
  request: FastifyRequest,
  payload: Uint8Array,
  log: LogTail | undefined,
) {
  const { headers } = request.raw;
  const name = functionNameOf((request.params as { name: string }).name);
  const invokable = handler.options.resolveFunction(handler.service, name);
  if (!invokable) throw notFound(localArn(name, process.env));
  return new InvokeCall(handler, {
    name,
    invokable,
    event: parsePayload(payload),
    clientContext: parseClientContext(headers),
    traceId: singleHeader(headers, 'x-amzn-trace-id'),
    tenantId: singleHeader(headers, 'x-amz-tenant-id'),
    logger: log?.logger ?? handler.options.logger,
  });
}

function answerError(handler: RequestHandler, reply: FastifyReply, error: unknown): void {
  const known = error instanceof InvokeApiError;
  if (!known) handler.options.logger.error('invoke failed', { error });
  const shown = known
    ? error
    : new InvokeApiError(500, 'ServiceException', 'The server could not invoke it.');
  if (!reply.hasHeader('x-amzn-requestid')) reply.header('x-amzn-requestid', randomUUID());
  reply.header('x-amzn-errortype', shown.type);
  send(handler, reply, shown.status, shown.toBody());
}

function send(
  handler: RequestHandler,
  reply: FastifyReply,
  status: number,
  payload: string | Uint8Array | undefined,
): void {
  if (reply.raw.closed) return;
  const uploading = outliveUpload(reply.request.raw, reply.raw);
  if (handler.closing && !uploading) setLast(reply.raw);
  reply.code(status);
  if (payload === undefined) return void reply.send();
  // As bytes: Fastify would add a charset.
  reply.header('content-type', 'application/json').send(Buffer.from(payload));
}
