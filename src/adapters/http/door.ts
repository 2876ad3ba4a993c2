import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Context, failed, type Service, type Target, type WireResponse } from '../../core/index.ts';
import { hasBody, openBody, readBody } from './body.ts';
import { type Abortable, Call } from './call.ts';
import { DEFAULT_BODY_LIMIT, type HttpServerOptions } from './options.ts';
import { isStream, sendWire } from './send.ts';
import { HttpWire, httpContext } from './wire.ts';

/** From Fastify's request to the core and back. */
export class Door {
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
  readonly handle = (request: FastifyRequest, reply: FastifyReply): void => {
    const wire = new HttpWire(request);
    this.#take(this.service.resolve(wire.method, wire.path), wire, reply);
  };

  /** The handler of a route whose target is known beforehand. */
  handlerOf(target: Target): (request: FastifyRequest, reply: FastifyReply) => void {
    return (request, reply) => this.#take(target, new HttpWire(request), reply);
  }

  #take(target: Target, wire: HttpWire, reply: FastifyReply): void {
    if (!hasBody(reply.request.raw)) this.#run(target, wire, reply);
    else if (target.options.body === 'stream') this.#runStreamed(target, wire, reply);
    else this.#runBuffered(target, wire, reply);
  }

  #runBuffered(target: Target, wire: HttpWire, reply: FastifyReply): void {
    const limit = target.options.bodyLimit ?? this.#bodyLimit;
    readBody(reply.request.raw, reply.raw, limit, (error, body, gone) => {
      if (gone) return;
      if (error) return this.refuse(error, wire, reply);
      wire.body = body;
      this.#run(target, wire, reply);
    });
  }

  #runStreamed(target: Target, wire: HttpWire, reply: FastifyReply): void {
    try {
      wire.body = openBody(reply.request.raw, reply.raw, target.options.bodyLimit);
    } catch (error) {
      this.refuse(error, wire, reply);
      return;
    }
    this.#run(target, wire, reply);
  }

  #run(target: Target, wire: HttpWire, reply: FastifyReply): void {
    const context = httpContext(wire, this.service.name, this.options);
    let call: Call | undefined;
    const response = this.service.start(target, wire, context, (response) => call!.answer(response));
    if (response !== undefined && !isStream(response.body)) {
      this.send(reply, response, context);
      context.finish();
      return;
    }
    call = new Call(this, wire, reply, context);
    if (response) call.answer(response);
    else call.wait(this.options.requestTimeoutMs);
  }

  /** Answers with an error without running a handler. */
  refuse(error: unknown, wire: HttpWire, reply: FastifyReply): void {
    const context = httpContext(wire, this.service.name, this.options);
    this.send(reply, failed(error, wire, context), context);
    context.finish();
  }

  send(reply: FastifyReply, wire: WireResponse, context: Context): void {
    sendWire(reply, wire, context, this.draining);
  }
}
