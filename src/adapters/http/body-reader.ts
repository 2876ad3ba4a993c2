import { HttpError, tooLarge } from '../../core/index.ts';

/**
 * A buffered body must have arrived in this time. Node's own requestTimeout is off: it would cut
 * long uploads to `body: 'stream'` routes, and cannot be set for each route.
 */
const BODY_TIMEOUT_MS = 300_000;
/** A body that trickles is cut: after this time each further second must have brought `MIN_RATE` bytes. */
const BODY_GRACE_MS = 20_000;
const MIN_RATE = 500;
const SWEEP_MS = 5_000;

/** What `readBody` calls once; neither an error nor a body means that the client has gone. */
export type OnBody = (error: HttpError | undefined, body: Uint8Array | undefined, gone: boolean) => void;

// Listeners are shared by all requests and not taken off, and no timer is set for a single one: each costs
// more than the body.
export class BodyReader {
  readonly #limit: number;
  readonly #done: OnBody;
  readonly #chunks: Buffer[] = [];
  readonly #since = Date.now();
  #size = 0;
  #finished = false;
  readonly #alone: boolean;

  get finished(): boolean {
    return this.#finished;
  }

  /** @param alone nobody else sees the chunks */
  constructor(limit: number, done: OnBody, alone: boolean) {
    this.#limit = limit;
    this.#done = done;
    this.#alone = alone;
    watch(this);
  }

  add(chunk: Buffer): void {
    if (this.#finished) return;
    this.#size += chunk.length;
    if (this.#size > this.#limit) this.finish(tooLarge(this.#limit), false);
    else this.#chunks.push(chunk);
  }

  finish(error: HttpError | undefined, gone: boolean): void {
    if (this.#finished) return;
    this.#finished = true;
    const chunks = this.#chunks;
    const whole = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, this.#size);
    if (this.#alone && chunks.length > 1) for (const chunk of chunks) free(chunk);
    chunks.length = 0;
    this.#done(error, error === undefined && this.#size > 0 ? whole : undefined, gone);
  }

  expire(now: number): void {
    const allowed = BODY_GRACE_MS + (this.#size / MIN_RATE) * 1000;
    if (now - this.#since > Math.min(allowed, BODY_TIMEOUT_MS)) this.finish(tooSlow(), false);
  }
}

/** At once: a collection of garbage begins after so many megabytes outside of the heap. */
function free({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

// A list that is cleaned at times: a Set would hash each reader, which costs as much as the rest of it.
let reading: BodyReader[] = [];
let cleanAt = 1024;
let sweeper: NodeJS.Timeout | undefined;

function watch(reader: BodyReader): void {
  if (reading.push(reader) >= cleanAt) clean();
  sweeper ??= setInterval(sweep, SWEEP_MS).unref();
}

function clean(): void {
  reading = reading.filter(({ finished }) => !finished);
  cleanAt = Math.max(1024, 2 * reading.length);
}

function sweep(): void {
  const now = Date.now();
  for (const reader of reading) reader.expire(now);
  clean();
  if (reading.length > 0) return;
  clearInterval(sweeper);
  sweeper = undefined;
}

function tooSlow(): HttpError {
  return new HttpError(408, 'REQUEST_TIMEOUT', 'The body took too long to arrive.');
}
