import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { type Context, discardBody, failed, frameworkError, type RawResponse } from '../../core/index.ts';
import type { NodeRequest } from './node-request.ts';
import type { RequestHandler } from './request-handler.ts';
import { isStream } from './send.ts';

/** Work that a drain waits for and may abort. */
export interface Abortable {
  abort(reason: unknown): void;
}

const CALL = Symbol('call');
type Owned = ServerResponse & { [CALL]?: PendingReply };

/** A request whose answer takes time: it can be aborted by its client, its deadline or a drain. */
export class PendingReply implements Abortable {
  readonly #handler: RequestHandler;
  readonly #request: NodeRequest;
  readonly #reply: FastifyReply;
  readonly #context: Context;
  #answered = false;
  #watched = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(handler: RequestHandler, request: NodeRequest, reply: FastifyReply, context: Context) {
    this.#handler = handler;
    this.#request = request;
    this.#reply = reply;
    this.#context = context;
  }

  /** The answer will come later. */
  wait(timeoutMs: number | undefined): void {
    watchLater(this);
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#timeOut(timeoutMs), timeoutMs);
  }

  answer(response: RawResponse): void {
    const dropped = this.#answered || this.#reply.raw.closed;
    this.#answered = true;
    if (dropped) {
      discardBody(response.body);
      return;
    }
    clearTimeout(this.#timer);
    if (isStream(response.body)) this.#watch();
    this.#handler.send(this.#reply, response, this.#context);
    if (!this.#watched) this.#context.finish();
  }

  /** Watches a call that has not been answered at once. */
  watchIfOpen(): void {
    if (!this.#answered) this.#watch();
  }

  #watch(): void {
    if (this.#watched) return;
    this.#watched = true;
    this.#handler.running.add(this);
    const raw = this.#reply.raw as Owned;
    raw[CALL] = this;
    raw.on('close', onClose);
    if (raw.closed) this.ended();
  }

  #fail(error: unknown): void {
    this.answer(failed(error, this.#request, this.#context));
  }

  #timeOut(timeoutMs: number): void {
    const cause = new Error(`the handler did not answer within ${timeoutMs} ms`);
    this.#fail(frameworkError('TIMEOUT', 'The server did not answer in time.', { cause }));
    this.#context.abort(cause);
  }

  abort(reason: unknown): void {
    this.#context.abort(reason);
  }

  /** The response has closed: sent whole, or the client has gone. */
  ended(): void {
    this.#handler.running.delete(this);
    clearTimeout(this.#timer);
    if (!this.#reply.raw.writableFinished) this.#context.abort(new Error('the client has gone'));
    this.#context.finish();
  }
}

/**
 * Most asynchronous handlers answer within the same turn of the event loop, when nobody can have
 * left yet: only those that do not are watched.
 */
let unwatched: PendingReply[] = [];

function watchLater(call: PendingReply): void {
  if (unwatched.push(call) === 1) setImmediate(watchAll);
}

function watchAll(): void {
  const calls = unwatched;
  unwatched = [];
  for (const call of calls) call.watchIfOpen();
}

// One function for all: a listener made for each request costs more than this property.
function onClose(this: ServerResponse): void {
  (this as Owned)[CALL]?.ended();
}
