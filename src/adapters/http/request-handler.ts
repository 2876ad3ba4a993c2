import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Context, failed, type RawResponse, type Service, type Target } from '../../core/index.ts';
import { hasBody, openBody, readBody } from './body.ts';
import { httpContext, NodeRequest } from './node-request.ts';
import { DEFAULT_BODY_LIMIT, type HttpServerOptions } from './options.ts';
import { type Abortable, PendingReply } from './pending-reply.ts';
import { isStream, sendResponse } from './send.ts';

/** From Fastify's request to the core and back. */
export class RequestHandler {
  readonly service: Service;
  readonly options: HttpServerOptions;
  /** Requests and invocations that have not ended. Synchronous ones never stand here. */
  readonly running = new Set<Abortable>();
  /** Set when the process is asked to stop: readiness fails and replies end their connection. */
  draining = false;
  readonly #bodyLimit: number;

  constructor(service: Service, options: HttpServerOptions) {
    this.service = service;
    this.options = options;
    this.#bodyLimit = options.bodyLimit ?? DEFAULT_BODY_LIMIT;
  }

  /** The catch-all route: what it matches, and what it answers to anything else, is the core's decision. */
  readonly handle = (raw: FastifyRequest, reply: FastifyReply): void => {
    const request = new NodeRequest(raw);
    this.#take(this.service.resolve(request.method, request.path), request, reply);
  };

  /** The handler of a route whose target is known beforehand. */
  handlerOf(target: Target): (request: FastifyRequest, reply: FastifyReply) => void {
    return (request, reply) => this.#take(target, new NodeRequest(request), reply);
  }

  #take(target: Target, request: NodeRequest, reply: FastifyReply): void {
    if (!hasBody(reply.request.raw)) this.#run(target, request, reply);
    else if (target.options.body === 'stream') this.#runStreamed(target, request, reply);
    else this.#runBuffered(target, request, reply);
  }

  #runBuffered(target: Target, request: NodeRequest, reply: FastifyReply): void {
    const limit = target.options.bodyLimit ?? this.#bodyLimit;
    readBody(reply.request.raw, reply.raw, limit, (error, body, gone) => {
      if (gone) return;
      if (error) return this.refuse(error, request, reply);
      request.body = body;
      this.#run(target, request, reply);
    });
  }

  #runStreamed(target: Target, request: NodeRequest, reply: FastifyReply): void {
    try {
      request.body = openBody(reply.request.raw, reply.raw, target.options.bodyLimit);
    } catch (error) {
      this.refuse(error, request, reply);
      return;
    }
    this.#run(target, request, reply);
  }

  #run(target: Target, request: NodeRequest, reply: FastifyReply): void {
    const context = httpContext(request, this.service.name, this.options);
    let call: PendingReply | undefined;
    const response = this.service.start(target, request, context, (response) => call!.answer(response));
    if (response !== undefined && !isStream(response.body)) {
      this.send(reply, response, context);
      context.finish();
      return;
    }
    call = new PendingReply(this, request, reply, context);
    if (response) call.answer(response);
    else call.wait(this.options.requestTimeoutMs);
  }

  /** Answers with an error without running a handler. */
  refuse(error: unknown, request: NodeRequest, reply: FastifyReply): void {
    const context = httpContext(request, this.service.name, this.options);
    this.send(reply, failed(error, request, context), context);
    context.finish();
  }

  send(reply: FastifyReply, response: RawResponse, context: Context): void {
    sendResponse(reply, response, context, this.draining);
  }
}
