import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import { type Context, type HttpError, isStream, type RawResponse } from '../../core/index.ts';
import { outliveUpload } from './body.ts';
import { DirectReply } from './direct-reply.ts';
import { cut, isAllowed, setLast } from './http2.ts';
import { sendProblem } from './raw-problem.ts';
import { flushSoon, logged, toReadable } from './stream.ts';

export type AnyReply = FastifyReply | DirectReply;

/** Header names of replies whose stream is on its way: an error before the first byte takes them back. */
const streaming = new WeakMap<FastifyReply, string[]>();

const asIs = (payload: unknown): string => payload as string;

/** @param last whether the connection shall end after this reply */
export function sendResponse(reply: AnyReply, response: RawResponse, context: Context, last: boolean): void {
  const uploading = outliveUpload(reply.request.raw, reply.raw);
  if (last && !uploading) setLast(reply.raw);
  if (reply instanceof DirectReply) reply.send(response, context);
  else sendByFastify(reply, response, context);
}

function sendByFastify(reply: FastifyReply, response: RawResponse, context: Context): void {
  const { status, headers, cookies } = response;
  const body = besideHead(response);
  if (status !== 200) reply.code(status);
  for (const name in headers) if (isAllowed(name, reply.raw)) reply.header(name, headers[name]);
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  if (isStream(body)) {
    streaming.set(reply, [...Object.keys(headers), 'set-cookie']);
    flushSoon(reply.raw);
    reply.send(logged(toReadable(body), reply, context));
  } else if (body !== undefined && headers['content-type'] === undefined) {
    sendUntyped(reply, body);
  } else {
    // Fastify would add a charset to JSON types of the handler's own.
    reply.serializer(asIs);
    reply.send(body);
  }
}

/** Node.js writes the head in the encoding of a body that is text, where header lines are Latin-1. */
function besideHead({ headers, cookies, body }: RawResponse): RawResponse['body'] {
  if (typeof body !== 'string') return body;
  const lines = [...Object.values(headers), ...cookies];
  return lines.some((line) => BEYOND_ASCII.test(line)) ? Buffer.from(body) : body;
}

const BEYOND_ASCII = /[\x80-\xff]/;

/** Takes back the headers of a stream that failed before its first byte; false if there was none. */
export function undoStream(reply: FastifyReply): boolean {
  const names = streaming.get(reply);
  if (names === undefined) return false;
  for (const name of names) reply.removeHeader(name);
  streaming.delete(reply);
  return true;
}

// A reply may go without a type; Fastify would make one up.
function sendUntyped(reply: FastifyReply, body: string | Uint8Array): void {
  const headers = { ...reply.getHeaders(), 'content-length': Buffer.byteLength(body) };
  reply.hijack();
  reply.raw.writeHead(reply.statusCode, headers as OutgoingHttpHeaders);
  reply.raw.end(body);
}

/** Answers past Fastify, whose reply is in no state that anybody knows; cuts the connection where headers have gone. */
export function sendRaw(reply: AnyReply, error: HttpError): void {
  const { raw } = reply;
  if (raw.headersSent) {
    cut(raw);
    return;
  }
  reply.hijack();
  for (const name of raw.getHeaderNames()) raw.removeHeader(name);
  sendProblem(raw, error);
}
