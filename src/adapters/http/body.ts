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

/** What `readBody` calls once; neither an error nor a body means that the client has gone. */
export type OnBody = (error: HttpError | undefined, body: Uint8Array | undefined, gone: boolean) => void;

/** Reads a body whole. Over the limit or too slow is an error, and the rest is read away for a while. */
export function readBody(raw: IncomingMessage, response: ServerResponse, limit: number, done: OnBody): void {
  if (announcedOver(raw, limit)) {
    done(refuseBody(raw, response, limit), undefined, false);
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
    if (size > limit) finish(refuseBody(raw, response, limit), false);
    else chunks.push(chunk);
  };
  const onEnd = () => finish(undefined, false);
  const onClose = () => finish(undefined, true);
  const timer = setTimeout(() => finish(refuseSlow(raw, response), false), BODY_TIMEOUT_MS);
  raw.on('data', onData).on('end', onEnd).on('close', onClose);
}

/** A body handed on as it comes. Leaving it early must not cut the connection that the reply needs. */
export function openBody(
  raw: IncomingMessage,
  response: ServerResponse,
  limit: number | undefined,
): AsyncIterable<Uint8Array> {
  if (limit !== undefined && announcedOver(raw, limit)) throw refuseBody(raw, response, limit);
  allowBody(raw, response);
  lingerAfter(raw, response);
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

function refuseBody(raw: IncomingMessage, response: ServerResponse, limit: number): HttpError {
  leaveBody(raw, response);
  return tooLarge(limit);
}

function refuseSlow(raw: IncomingMessage, response: ServerResponse): HttpError {
  leaveBody(raw, response);
  return new HttpError(408, 'REQUEST_TIMEOUT', 'The body took too long to arrive.');
}

function leaveBody(raw: IncomingMessage, response: ServerResponse): void {
  if (raw.headers.expect !== undefined && expecting.delete(raw)) {
    // The client may never send the body it announced: the next bytes could be anything.
    response.shouldKeepAlive = false;
    return;
  }
  raw.resume();
  lingerAfter(raw, response);
}

function lingerAfter(raw: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    if (raw.complete) return;
    raw.resume();
    const { socket } = raw;
    const timer = setTimeout(() => raw.complete || socket.destroy(), LINGER_MS).unref();
    raw.once('end', () => clearTimeout(timer));
  });
}
