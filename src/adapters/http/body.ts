import type { IncomingMessage, ServerResponse } from 'node:http';
import { frameworkError, HttpError } from '../../core/index.ts';

/**
 * A buffered body must have arrived in this time. Node's own requestTimeout is off: it would cut
 * long uploads to `body: 'stream'` routes, and cannot be set for each route.
 */
const BODY_TIMEOUT_MS = 300_000;

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
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (error: HttpError | undefined, gone: boolean) => {
    clearTimeout(timer);
    raw.off('data', onData).off('end', onEnd).off('close', onClose);
    const whole = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size);
    done(error, error === undefined && size > 0 ? whole : undefined, gone);
  };
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) finish(tooLarge(limit), false);
    else chunks.push(chunk);
  };
  const onEnd = () => finish(undefined, false);
  const onClose = () => finish(undefined, true);
  const timer = setTimeout(() => finish(tooSlow(), false), BODY_TIMEOUT_MS);
  raw.on('data', onData).on('end', onEnd).on('close', onClose);
}

/** A body handed on as it comes. Leaving it early must not cut the connection that the reply needs. */
export function openBody(
  raw: IncomingMessage,
  response: ServerResponse,
  limit: number | undefined,
): AsyncIterable<Uint8Array> {
  if (limit !== undefined && announcedOver(raw, limit)) throw tooLarge(limit);
  allowBody(raw, response);
  const chunks = { [Symbol.asyncIterator]: () => raw.iterator({ destroyOnReturn: false }) };
  return limit === undefined ? chunks : limited(chunks, limit);
}

async function* limited(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    yield chunk;
  }
}

function announcedOver(raw: IncomingMessage, limit: number): boolean {
  return Number(raw.headers['content-length'] ?? 0) > limit;
}

function tooLarge(limit: number): HttpError {
  return frameworkError('PAYLOAD_TOO_LARGE', `The body is larger than ${limit} bytes.`);
}

/**
 * To be called before a reply is sent. While its client still uploads, the rest is read away for a
 * while: closing at once would reset the connection, and the client would not see the answer.
 * @returns whether the client is still uploading
 */
export function outliveUpload(raw: IncomingMessage, response: ServerResponse): boolean {
  if (raw.complete || !hasBody(raw)) return false;
  if (raw.headers.expect !== undefined && expecting.delete(raw)) {
    // The client may never send the body it announced: the next bytes could be anything.
    response.shouldKeepAlive = false;
    return false;
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
  else raw.once('end', end).resume();
}
