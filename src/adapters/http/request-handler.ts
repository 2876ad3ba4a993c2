import type { ServerResponse } from 'node:http';
import {
  type Abortable,
  type Context,
  DEFAULT_BODY_LIMIT,
  failed,
  frameworkError,
  isStream,
  type RawResponse,
  type RouteOptions,
  type Service,
  type Target,
} from '../../core/index.ts';
import { Readiness } from '../../server/readiness.ts';
import { NodeBody } from './body.ts';
import type { ClientRequest } from './client.ts';
import { httpContext, NodeRequest } from './node-request.ts';
import type { HttpServerOptions } from './options.ts';
import { PendingReply } from './pending-reply.ts';
import { type AnyReply, sendRaw, sendResponse } from './send.ts';

/** Bytes of a body that is read before its handler runs. */
const SMALL_BODY = 16 * 1024;

/** From Fastify's request to the core and back. */
export class RequestHandler {
  readonly service: Service;
  readonly options: HttpServerOptions;
  /** Requests and invocations that have not ended, calls between functions among them. Synchronous ones never stand here. */
  readonly running: Set<Abortable>;
  /** What the service's own probes say. */
  readonly readiness: Readiness;
  /** Set when the process is asked to stop: readiness fails. */
  draining = false;
  /** Set when nobody can connect any more: replies end their connection. Before, clients would only come back at once. */
  closing = false;

  /** Takes the route of each request by its response, where somebody counts them. */
  routes: WeakMap<ServerResponse, string> | undefined;

  constructor(service: Service, options: HttpServerOptions) {
    this.service = service;
    this.options = options;
    this.running = service.siblings.running;
    this.readiness = new Readiness(service, options.logger);
  }

  /** The catch-all route: what it matches, and what it answers to anything else, is the core's decision. */
  readonly handle = (raw: ClientRequest, reply: AnyReply): void => {
    const request = this.#requestOf(raw, reply);
    this.#run(this.service.resolve(request.method, request.path), request, reply);
  };

  /** The handler of a route whose target is known beforehand. */
  handlerOf(target: Target): (request: ClientRequest, reply: AnyReply) => void {
    return (raw, reply) => {
      const request = this.#requestOf(raw, reply);
      // Fastify also sends here what it takes for the same path, such as one with a fragment.
      const same = request.path === target.path;
      this.#run(same ? target : this.service.resolve(request.method, request.path), request, reply);
    };
  }

  /** A request past Fastify. @param target where it goes, if that is known beforehand */
  direct(request: ClientRequest, reply: AnyReply, target: Target | undefined): void {
    const view = this.#requestOf(request, reply);
    this.#run(target ?? this.service.resolve(view.method, view.path), view, reply);
  }

  /** Answers with an error in place of a handler; interceptors see it as any other. */
  refuse(error: unknown, raw: ClientRequest, reply: AnyReply): void {
    const request = this.#requestOf(raw, reply);
    this.#run(this.service.refusal(request.path, error), request, reply);
  }

  /** Answers with an error after the interceptors are done. */
  fail(error: unknown, raw: ClientRequest, reply: AnyReply): void {
    const request = this.#requestOf(raw, reply);
    const context = httpContext(request, this.service.name, this.options);
    this.send(reply, failed(error, request, context), context);
    context.finish();
  }

  send(reply: AnyReply, response: RawResponse, context: Context): void {
    try {
      sendResponse(reply, response, context, this.closing);
    } catch (error) {
      // Whatever one handler returned must end that request alone.
      context.logger.error('the reply could not be sent', { url: reply.request.raw.url, error });
      sendRaw(reply, frameworkError('BAD_REPLY', 'The server could not send its reply.'));
    }
  }

  #requestOf(raw: ClientRequest, reply: AnyReply): NodeRequest {
    return new NodeRequest(raw, reply.raw, this.options.bodyLimit);
  }

  #run(target: Target, request: NodeRequest, reply: AnyReply): void {
    if (target.route !== undefined) this.routes?.set(reply.raw, target.route);
    if (request.hostProblem !== undefined && !target.refused) {
      const error = frameworkError('BAD_REQUEST', request.hostProblem);
      this.#dispatch(this.service.refusal(request.path, error), request, reply);
    } else if (request.body instanceof NodeBody && this.#isReadFirst(target, request.body)) {
      this.#readFirst(target, request.body, request, reply);
    } else {
      this.#dispatch(target, request, reply);
    }
  }

  /**
   * A small body, which came with its headers most likely, is there before the handler asks for it: that saves a third
   * of the time. Interceptors run before any body is read.
   */
  #isReadFirst({ intercepted, options }: Target, { size }: NodeBody): boolean {
    if (intercepted || options.body === 'stream' || size === undefined) return false;
    return size <= Math.min(SMALL_BODY, this.#limitOf(options));
  }

  #readFirst(target: Target, body: NodeBody, request: NodeRequest, reply: AnyReply): void {
    body.read(this.#limitOf(target.options), (error, whole, gone) => {
      if (gone) return;
      request.body = whole;
      this.#dispatch(error ? this.service.refusal(request.path, error) : target, request, reply);
    });
  }

  #limitOf({ bodyLimit }: RouteOptions): number {
    return bodyLimit ?? this.options.bodyLimit ?? DEFAULT_BODY_LIMIT;
  }

  #dispatch(target: Target, request: NodeRequest, reply: AnyReply): void {
    const context = httpContext(request, this.service.name, this.options);
    let pending: PendingReply | undefined;
    const response = this.service.start(target, request, context, (late) => pending!.answer(late));
    if (response !== undefined && !isStream(response.body)) {
      this.send(reply, response, context);
      context.finish();
      return;
    }
    pending = new PendingReply(this, reply, context);
    if (response) pending.answer(response);
    else pending.wait();
  }
}
