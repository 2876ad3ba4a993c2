import { type Awaitable, type BodyStream, type InvocationContext, isStream } from '../core/index.ts';
import { eventText, type ServerSentEvent } from './event-text.ts';

/** What the source of events has of its client. */
export interface EventStream {
  /**
   * Resolves when the client's connection has taken the event: await it, so that a slow client is waited for. Rejects with the
   * reason of `signal` once the stream has ended, which ends the source without a word.
   * @throws TypeError for what is no event
   */
  send(event: ServerSentEvent): Promise<void>;
  /** The id of the last event that the client has got before it lost the connection; `undefined` at its first. */
  readonly lastEventId: string | undefined;
  /** Aborts when the client has gone, the drain begins or the deadline is near. Whatever the source waits for takes it. */
  readonly signal: AbortSignal;
}

export interface SseOptions {
  /** A comment after so long without an event, so that nobody on the way takes the connection for dead; 0: none. Default 15000. */
  readonly keepAliveMs?: number;
  /** What the client waits before it connects again, ms. Default: its own, 3 s in browsers. */
  readonly retry?: number;
  /**
   * How long events are gathered where a way in cannot stream: the response then has what came until then, and the client
   * comes again. Default 5000.
   */
  readonly bufferedMs?: number;
}

/** The response ends so long before Lambda would cut it, or the server, ms. */
const BEFORE_DEADLINE_MS = 1_000;
/** setTimeout waits no longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** One client's stream. Its body is no generator: one that waits for an event could not be left. */
export class Channel implements EventStream {
  readonly lastEventId: string | undefined;
  readonly #context: InvocationContext;
  readonly #options: SseOptions;
  readonly #ended = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  #source: AsyncIterator<ServerSentEvent> | undefined;
  #begun = false;
  /** Not taken yet, and taken by who has not asked for more. */
  #text = '';
  #waiting: PromiseWithResolvers<void>[] = [];
  #taken: PromiseWithResolvers<void>[] = [];
  #wake: (() => void) | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(lastEventId: string | undefined, context: InvocationContext, options: SseOptions) {
    this.lastEventId = lastEventId;
    this.#context = context;
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Bound, as sources take it apart. */
  readonly send = (event: ServerSentEvent): Promise<void> => {
    const text = eventText(event);
    const sent = Promise.withResolvers<void>();
    // Who does not wait for it need not hear of the end by an unhandled rejection.
    sent.promise.catch(() => {});
    if (this.signal.aborted) sent.reject(this.signal.reason);
    else this.#waiting.push(sent);
    this.#add(text);
    return sent.promise;
  };

  /** @param start the source, called when the body is first asked for */
  body(start: () => AsyncIterable<ServerSentEvent> | Awaitable<void>): BodyStream {
    const next = () => {
      if (!this.#begun) this.#begin(start);
      return this.#next();
    };
    const leave = async (): Promise<IteratorResult<string>> => {
      this.#end('the client has gone');
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
  }

  #begin(start: () => AsyncIterable<ServerSentEvent> | Awaitable<void>): void {
    this.#begun = true;
    const { keepAliveMs = 15_000, retry, bufferedMs = 5_000 } = this.#options;
    const { signal, drainSignal } = this.#context;
    const buffered = isBuffered(this.#context);
    const left = this.#context.getRemainingTimeInMillis() - BEFORE_DEADLINE_MS;
    const ms = Math.max(0, buffered ? Math.min(left, bufferedMs) : left);
    if (ms <= LONGEST_MS) this.#timers.push(setTimeout(() => this.#end('the time is over'), ms));
    const keep = () => this.#text === '' && this.#add(': keep-alive\n\n');
    if (keepAliveMs > 0 && !buffered) this.#timers.push(setInterval(keep, keepAliveMs));
    if (retry !== undefined) this.#add(eventText({ retry }));
    // After the timers, which the end clears.
    for (const each of [signal, drainSignal]) {
      if (each.aborted) this.#end(each.reason);
      each.addEventListener('abort', () => this.#end(each.reason), { once: true });
    }
    void this.#run(start);
  }

  async #run(start: () => AsyncIterable<ServerSentEvent> | Awaitable<void>): Promise<void> {
    try {
      const given = this.signal.aborted ? undefined : start();
      if (isStream(given)) await this.#sendAll(given as unknown as AsyncIterable<ServerSentEvent>);
      else await given;
    } catch (error) {
      // After the end it only tells that there was one.
      if (!this.signal.aborted) this.#failure = { error };
    }
    this.#end('the source has ended');
  }

  async #sendAll(events: AsyncIterable<ServerSentEvent>): Promise<void> {
    const source = events[Symbol.asyncIterator]();
    this.#source = source;
    for (let step = await source.next(); !step.done; step = await source.next()) await this.send(step.value);
    this.#source = undefined;
  }

  #add(text: string): void {
    if (this.signal.aborted) return;
    this.#text += text;
    this.#wake?.();
  }

  async #next(): Promise<IteratorResult<string>> {
    for (const { resolve } of this.#taken.splice(0)) resolve();
    while (this.#text === '' && !this.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#text !== '') {
      const value = this.#text;
      this.#text = '';
      this.#taken.push(...this.#waiting.splice(0));
      return { done: false, value };
    }
    if (this.#failure) throw this.#failure.error;
    return { done: true, value: undefined };
  }

  /** What was sent before still goes out. */
  #end(why: unknown): void {
    if (this.signal.aborted) return;
    this.#ended.abort(why instanceof Error ? why : new Error(String(why)));
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { reject } of [...this.#waiting.splice(0), ...this.#taken.splice(0)])
      reject(this.signal.reason);
    this.#wake?.();
    // A generator that waits for something else than the signal ends when that comes.
    Promise.resolve(this.#source?.return?.()).catch(() => {});
  }
}

let told = false;

/** Whether whoever called gathers the response: a Lambda event without response streaming. */
function isBuffered({ event, logger }: InvocationContext): boolean {
  if (event === undefined || process.env.AMPHI_INVOKE_MODE === 'RESPONSE_STREAM') return false;
  if (!told)
    logger.warn(
      "server-sent events are gathered and sent at once, for this way in does not stream: use a function URL with --stream (AMPHI_INVOKE_MODE=RESPONSE_STREAM), or runOn: 'instances'",
    );
  told = true;
  return true;
}
