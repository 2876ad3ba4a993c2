import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError, type RequestBody, tooLarge } from '../../core/index.ts';
import { isBroken, isReceived, lingerStream, streamOf, wholeOrError } from './http2.ts';

/**
 * A buffered body must have arrived in this time. Node's own requestTimeout is off: it would cut
 * long uploads to `body: 'stream'` routes, and cannot be set for each route.
 */
const BODY_TIMEOUT_MS = 300_000;
/** A body that trickles is cut: after this time each further second must have brought `MIN_RATE` bytes. */
const BODY_GRACE_MS = 20_000;
const MIN_RATE = 500;
const SWEEP_MS = 5_000;

/** How long an unwanted upload is read on, so that the client sees the answer and not a reset. */
const LINGER_MS = 5_000;

/** Requests whose client waits for `100 Continue` before it sends the body. */
const expecting = new WeakSet<IncomingMessage>();

/** For the server's `checkContinue` event. */
export function expectContinue(raw: IncomingMessage): void {
  expecting.add(raw);
}

function allowBody(raw: IncomingMessage, response: ServerResponse): void {
  if (raw.headers.expect !== undefined && expecting.delete(raw)) response.writeContinue();
}

/** Whether a body is announced. */
export function hasBody(raw: IncomingMessage): boolean {
  const stream = streamOf(raw);
  if (stream) return !stream.endAfterHeaders;
  const length = raw.headers['content-length'];
  return (length !== undefined && length !== '0') || raw.headers['transfer-encoding'] !== undefined;
}

function tooSlow(): HttpError {
  return new HttpError(408, 'REQUEST_TIMEOUT', 'The body took too long to arrive.');
}

/** What `readBody` calls once; neither an error nor a body means that the client has gone. */
export type OnBody = (error: HttpError | undefined, body: Uint8Array | undefined, gone: boolean) => void;

/** Reads a body whole. Over the limit or too slow is an error. */
export function readBody(raw: IncomingMessage, response: ServerResponse, limit: number, done: OnBody): void {
  if (announcedOver(raw, limit)) {
    done(tooLarge(limit), undefined, false);
    return;
  }
  allowBody(raw, response);
  (raw as Read)[READER] = new BodyReader(limit, done);
  raw.on('data', onData);
  raw.on('end', onEnd);
  // Node tells of a client that has gone before the end by an error.
  raw.on('error', onError);
  if (streamOf(raw)) raw.on('close', onError);
}

const READER = Symbol('reader');
type Read = IncomingMessage & { [READER]?: BodyReader };

function onData(this: Read, chunk: Buffer): void {
  this[READER]!.add(chunk);
}

function onEnd(this: Read): void {
  this[READER]!.finish(undefined, isBroken(this));
}

function onError(this: Read): void {
  this[READER]!.finish(undefined, true);
}

// Listeners are shared by all requests and not taken off, and no timer is set for a single one: each costs
// more than the body.
class BodyReader {
  readonly #limit: number;
  readonly #done: OnBody;
  readonly #chunks: Buffer[] = [];
  readonly #since = Date.now();
  #size = 0;
  #finished = false;

  get finished(): boolean {
    return this.#finished;
  }

  constructor(limit: number, done: OnBody) {
    this.#limit = limit;
    this.#done = done;
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
    chunks.length = 0;
    this.#done(error, error === undefined && this.#size > 0 ? whole : undefined, gone);
  }

  expire(now: number): void {
    const allowed = BODY_GRACE_MS + (this.#size / MIN_RATE) * 1000;
    if (now - this.#since > Math.min(allowed, BODY_TIMEOUT_MS)) this.finish(tooSlow(), false);
  }
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

/** A body that is read when it is asked for, whole or as it comes. */
export class NodeBody implements RequestBody {
  readonly #raw: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(raw: IncomingMessage, response: ServerResponse) {
    this.#raw = raw;
    this.#response = response;
  }

  get size(): number | undefined {
    const length = this.#raw.headers['content-length'];
    return length === undefined ? undefined : Number(length);
  }

  readWhole(limit: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      readBody(this.#raw, this.#response, limit, (error, body, gone) => {
        if (gone)
          reject(new HttpError(400, 'BAD_REQUEST', 'The client went away before the body was whole.'));
        else if (error) reject(error);
        else resolve(body ?? NO_BYTES);
      });
    });
  }

  /** Leaving it early must not cut the connection that the reply needs. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    allowBody(this.#raw, this.#response);
    return streamOf(this.#raw) ? wholeOrError(this.#raw) : this.#raw.iterator({ destroyOnReturn: false });
  }
}

const NO_BYTES = new Uint8Array(0);

function announcedOver(raw: IncomingMessage, limit: number): boolean {
  return Number(raw.headers['content-length'] ?? 0) > limit;
}

/**
 * To be called before a reply is sent. While its client still uploads, the rest is read away for a
 * while: closing at once would reset the connection, and the client would not see the answer.
 * @returns whether the client is still uploading
 */
export function outliveUpload(raw: IncomingMessage, response: ServerResponse): boolean {
  if (isReceived(raw) || !hasBody(raw)) return false;
  if (raw.headers.expect !== undefined && expecting.delete(raw)) {
    // The client may never send the body it announced: the next bytes could be anything.
    response.shouldKeepAlive = false;
    return false;
  }
  const stream = streamOf(raw);
  if (stream) {
    lingerStream(raw, stream, LINGER_MS);
    return true;
  }
  const last = !response.shouldKeepAlive;
  response.shouldKeepAlive = true;
  response.once('finish', () => linger(raw, last));
  return true;
}

function linger(raw: IncomingMessage, last: boolean): void {
  const { socket } = raw;
  const end = () => {
    clearTimeout(timer);
    if (last) socket.destroySoon();
  };
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  if (raw.complete) end();
  // Who reads it as a stream leaves at the next chunk, and only for a listener of data it flows on then.
  else raw.once('end', end).on('data', ignore).resume();
}

function ignore(): void {}
