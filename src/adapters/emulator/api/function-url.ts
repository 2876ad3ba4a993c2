import type { IncomingMessage, ServerResponse } from 'node:http';
import { InvokeApiError, localArn, singleHeader, tooLarge } from '../../../aws/invoke-api.ts';
import { REQUEST_LIMIT } from '../../../aws/limits.ts';
import { HTTP_HANDLER } from '../../../core/index.ts';
import { functionRegion } from '../environment/child-env.ts';
import { EmulatedInvocation, type Sink } from '../environment/invocation.ts';
import type { Pool } from '../environment/pool.ts';
import { readBody } from '../environment/runtime-server.ts';
import type { EmulatorOptions } from '../options.ts';
import { functionUrlEvent } from './url-event.ts';
import { PRELUDE_TYPE, PreludeReader, replyOf, type UrlReply } from './url-reply.ts';

/** Serves the routes as a Lambda Function URL would, each request an invocation of `http`. */
export class FunctionUrl {
  readonly #options: EmulatorOptions;
  readonly #pool: Pool;

  constructor(options: EmulatorOptions, pool: Pool) {
    this.#options = options;
    this.#pool = pool;
  }

  /** Never rejects: what goes wrong is the answer. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { body, over, cut } = await readBody(request, REQUEST_LIMIT);
      if (cut) return;
      if (over) throw tooLarge(REQUEST_LIMIT);
      await this.#invoke(request, response, body);
    } catch (error) {
      if (response.headersSent) return void response.destroy();
      this.#refuse(response, error);
    }
  }

  async #invoke(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const sink = new UrlSink(response);
    const { method = 'GET', url: target = '/', rawHeaders, socket } = request;
    const [clientIp, port] = [bare(socket.remoteAddress), socket.localPort ?? 0];
    const region = functionRegion(this.#options);
    const event = functionUrlEvent({
      ...{ method, target, rawHeaders, body, clientIp, port, region, now: Date.now() },
    });
    const invocation = new EmulatedInvocation({
      functionName: HTTP_HANDLER,
      arn: localArn(HTTP_HANDLER, { AWS_REGION: region }),
      payload: Buffer.from(JSON.stringify(event)),
      traceId: singleHeader(request.headers, 'x-amzn-trace-id'),
      sink,
    });
    response.setHeader('x-amzn-RequestId', invocation.requestId);
    this.#pool.submit(invocation);
    const { failed, payload } = await invocation.outcome;
    if (sink.begun) return sink.end(failed);
    const reply = failed ? undefined : replyOf(payload);
    send(response, reply ?? problem(502, '{"message":"Internal Server Error"}'));
  }

  #refuse(response: ServerResponse, error: unknown): void {
    const known = error instanceof InvokeApiError;
    if (!known) this.#options.logger.error('request failed', { error });
    send(response, known ? problem(error.status, error.toBody()) : problem(502, '{"message":null}'));
  }
}

function bare(address = ''): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

function problem(status: number, json: string): UrlReply {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(json) };
}

function send(response: ServerResponse, { status, headers, body }: UrlReply): void {
  const length = status === 204 || status === 304 ? {} : { 'content-length': body.length };
  response.writeHead(status, { ...headers, ...(response.req.method === 'HEAD' ? {} : length) });
  response.end(body);
}

/** Passes a streamed response on; only RESPONSE_STREAM functions make one. */
class UrlSink implements Sink {
  readonly #response: ServerResponse;
  #prelude: PreludeReader | undefined;
  #broken = false;
  begun = false;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  begin(contentType: string): void {
    this.begun = true;
    if (contentType === PRELUDE_TYPE) this.#prelude = new PreludeReader();
    else this.#response.writeHead(200, { 'content-type': contentType });
  }

  async chunk(data: Buffer): Promise<void> {
    if (this.#broken || this.#response.destroyed) return;
    const body = this.#prelude ? this.#takePrelude(this.#prelude, data) : data;
    if (body === undefined || body.length === 0 || this.#response.write(body)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#response.off('drain', done).off('close', done);
        resolve();
      };
      this.#response.on('drain', done).on('close', done);
    });
  }

  /** A broken stream cannot be told but by a broken connection. */
  end(failed: boolean): void {
    if (this.#response.headersSent) void (failed ? this.#response.destroy() : this.#response.end());
    else send(this.#response, problem(502, '{"message":"Internal Server Error"}'));
  }

  #takePrelude(reader: PreludeReader, data: Buffer): Buffer | undefined {
    try {
      const whole = reader.push(data);
      if (!whole) return undefined;
      this.#prelude = undefined;
      this.#response.writeHead(whole.head.status, whole.head.headers);
      this.#response.flushHeaders();
      return whole.rest;
    } catch {
      // A bad prelude or header: `end` answers 502.
      this.#broken = true;
      return undefined;
    }
  }
}
