import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { HttpError, type RequestBody, tooLarge } from '../../core/index.ts';
import { BodyReader, type OnBody } from './body-reader.ts';
import { isBroken, isReceived, lingerStream, streamOf, wholeOrError } from './http2.ts';

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

/**
 * Reads a body whole. Over the limit or too slow is an error.
 * @param alone whether nobody else, such as a plugin, looks at the request's stream
 */
export function readBody(
  raw: IncomingMessage,
  response: ServerResponse,
  limit: number,
  done: OnBody,
  alone = false,
): void {
  if (announcedOver(raw, limit)) {
    done(tooLarge(limit), undefined, false);
    return;
  }
  allowBody(raw, response);
  const taken = alone && !isBegun(raw);
  (raw as Read)[READER] = new BodyReader(limit, done, taken);
  // Node tells of a client that has gone before the end by an error.
  raw.on('error', onError);
  if (streamOf(raw)) raw.on('close', onError);
  if (taken) {
    raw.push = take;
  } else {
    raw.on('data', onData);
    raw.on('end', onEnd);
  }
}

const READER = Symbol('reader');
/** Node.js ends the streams of requests without a body so, where `optimizeEmptyRequests` is set: without an event. */
type Read = IncomingMessage & { [READER]?: BodyReader; _dumpAndCloseReadable?(): void };

/** Whether a part has come. */
function isBegun(raw: IncomingMessage): boolean {
  return raw.readableLength > 0 || raw.complete;
}

const push = Readable.prototype.push;

/**
 * In the place of the stream's own `push`, which Node's parser calls with each part, and with null in the end: on the way
 * through the stream a small body costs as much again. The stream ends as that of a request without a body.
 */
function take(this: Read, chunk: Buffer | null): boolean {
  const reader = this[READER]!;
  if (chunk !== null && !reader.finished) {
    reader.add(chunk);
    return true;
  }
  this.push = push;
  if (chunk !== null) return push.call(this, chunk);
  if (this._dumpAndCloseReadable) this._dumpAndCloseReadable();
  else push.call(this, null);
  reader.finish(undefined, false);
  return false;
}

function onData(this: Read, chunk: Buffer): void {
  this[READER]!.add(chunk);
}

function onEnd(this: Read): void {
  this[READER]!.finish(undefined, isBroken(this));
}

function onError(this: Read): void {
  this[READER]!.finish(undefined, true);
}

/** A body that is read when it is asked for, whole or as it comes. */
export class NodeBody implements RequestBody {
  readonly #raw: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #alone: boolean;

  /** @param alone see `readBody` */
  constructor(raw: IncomingMessage, response: ServerResponse, alone: boolean) {
    this.#raw = raw;
    this.#response = response;
    this.#alone = alone;
  }

  read(limit: number, done: OnBody): void {
    readBody(this.#raw, this.#response, limit, done, this.#alone);
  }

  get size(): number | undefined {
    const length = this.#raw.headers['content-length'];
    return length === undefined ? undefined : Number(length);
  }

  readWhole(limit: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.read(limit, (error, body, gone) => {
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
