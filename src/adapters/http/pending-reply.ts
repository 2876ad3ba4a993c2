import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Abortable, type Context, discardBody, isStream, type RawResponse } from '../../core/index.ts';
import { cut, isClosed, isSent } from './http2.ts';
import type { AnyReply } from './send.ts';

/** What sends the reply and knows what runs. */
interface Owner {
  readonly running: Set<Abortable>;
  /** Nobody new can connect. */
  readonly closing: boolean;
  send(reply: AnyReply, response: RawResponse, context: Context): void;
}

const PENDING = Symbol('pending reply');
/** How long a stream may pause while nobody knows whether its client is still there. */
const IDLE_MS = 1_000;
type Owned = ServerResponse & { [PENDING]?: PendingReply };

/** A request whose answer takes time: it can be aborted by its client, its deadline or a drain. */
export class PendingReply implements Abortable {
  readonly #owner: Owner;
  readonly #reply: AnyReply;
  readonly #context: Context;
  #answered = false;
  #watched = false;

  constructor(owner: Owner, reply: AnyReply, context: Context) {
    this.#owner = owner;
    this.#reply = reply;
    this.#context = context;
  }

  /** The answer will come later. */
  wait(): void {
    watchLater(this);
  }

  answer(response: RawResponse): void {
    const dropped = this.#answered || isClosed(this.#reply.raw);
    this.#answered = true;
    if (dropped) {
      discardBody(response.body);
      return;
    }
    if (isStream(response.body)) {
      this.#watch();
      this.#context.startLimit(undefined);
      this.#cutWhenInterrupted();
    }
    this.#owner.send(this.#reply, response, this.#context);
    if (!this.#watched) this.#context.finish();
  }

  /** Watches a call that has not been answered at once. */
  watchIfOpen(): void {
    if (!this.#answered) this.#watch();
  }

  #watch(): void {
    if (this.#watched) return;
    this.#watched = true;
    this.#owner.running.add(this);
    if (this.#owner.closing) this.drain();
    const raw = this.#reply.raw as Owned;
    raw[PENDING] = this;
    raw.on('close', onClose);
    if (isClosed(raw)) this.ended();
  }

  /** The handler's wait ends with this error, or the stream that is on its way is cut. */
  abort(reason: unknown): void {
    this.#context.interrupt(reason);
  }

  drain(): void {
    this.#context.drain();
  }

  #cutWhenInterrupted(): void {
    const { raw } = this.#reply;
    this.#context.waiter = { interrupt: () => cut(raw) };
  }

  clientEnded(): void {
    this.#context.abort(new Error('the client has gone'));
    if (this.#answered) this.#cutWhenIdle();
  }

  /** A stream that gives nothing to a client that has ended its side would wait for nobody. */
  #cutWhenIdle(): void {
    const { raw } = this.#reply;
    const before = raw.socket?.bytesWritten;
    setTimeout(() => {
      if (isClosed(raw)) return;
      if (raw.socket?.bytesWritten === before && raw.writableLength === 0) raw.destroy();
      else this.#cutWhenIdle();
    }, IDLE_MS).unref();
  }

  /** The response has closed: sent whole, or the client has gone. */
  ended(): void {
    this.#owner.running.delete(this);
    if (!isSent(this.#reply.raw)) this.#context.abort(new Error('the client has gone'));
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

/**
 * For the `end` event of a connection: the client has gone, or only sends nothing more. So the handler is told, but a
 * reply that it gives all the same is sent.
 */
export function clientEnded(this: Socket & { _httpMessage?: Owned | null }): void {
  this._httpMessage?.[PENDING]?.clientEnded();
}

// One function for all: a listener made for each request costs more than this property.
function onClose(this: ServerResponse): void {
  (this as Owned)[PENDING]?.ended();
}
