import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';

/** Requests and responses of HTTP/2 look like those of HTTP/1.1, by Node's compatibility API. Here is where they do not. */

/** INTERNAL_ERROR of RFC 9113, 7: the client learns that the reply is not whole. */
const INTERNAL_ERROR = 2;
const NO_ERROR = 0;

/** `undefined` for HTTP/1.1. */
export function streamOf(raw: IncomingMessage): ServerHttp2Stream | undefined {
  return raw.httpVersionMajor === 2
    ? (raw as IncomingMessage & { stream: ServerHttp2Stream }).stream
    : undefined;
}

const streamFor = (response: ServerResponse): ServerHttp2Stream | undefined =>
  (response as ServerResponse & { stream?: ServerHttp2Stream }).stream;

/** The reply is the last of its connection. HTTP/2 says so by GOAWAY. */
export function setLast(response: ServerResponse): void {
  if (streamFor(response) === undefined) response.setHeader('connection', 'close');
}

/** Headers that HTTP/2 forbids (RFC 9113, 8.2.2). */
const OF_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Whether a header may go with this response. */
export function isAllowed(name: string, response: ServerResponse): boolean {
  return streamFor(response) === undefined || !OF_CONNECTION.has(name);
}

export function isClosed(response: ServerResponse): boolean {
  const stream = streamFor(response);
  return stream ? stream.closed || stream.destroyed : response.closed;
}

/** Ends a reply so that the client knows that it is not whole. */
export function cut(response: ServerResponse): void {
  const stream = streamFor(response);
  if (stream) stream.close(INTERNAL_ERROR);
  else response.destroy();
}

/** Whether the client has sent all. */
export function isReceived(raw: IncomingMessage): boolean {
  const stream = streamOf(raw);
  return raw.complete || (stream !== undefined && stream.state.remoteClose === 1);
}

/** The headers without those that start with a colon; the authority goes before the Host header (RFC 9113, 8.3.1). */
export function plainHeaders(raw: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const name in raw.headers) {
    if (!name.startsWith(':')) plain[name] = raw.headers[name] as string;
  }
  const authority = raw.headers[':authority'] as string | undefined;
  return authority === undefined ? plain : { ...plain, host: authority };
}

/** After the reply the rest of an upload is read away for a while, then its stream ends without blame (RFC 9113, 8.1). */
export function lingerStream(raw: IncomingMessage, stream: ServerHttp2Stream, ms: number): void {
  stream.once('finish', () => {
    const timer = setTimeout(() => stream.close(NO_ERROR), ms).unref();
    stream.once('close', () => clearTimeout(timer));
    // Who reads it as a stream leaves at the next chunk, and only for a listener of data it flows on then.
    raw.on('data', () => {}).resume();
  });
}

/** The compatibility API ends an upload that was broken off as if it were whole. */
export function isBroken(raw: IncomingMessage): boolean {
  const stream = streamOf(raw);
  return stream !== undefined && (stream.aborted || stream.rstCode !== NO_ERROR);
}

/** Whether a response that has closed was sent whole. */
export function isSent(response: ServerResponse): boolean {
  const stream = streamFor(response);
  // A stream that its client has closed counts as finished.
  return stream ? response.writableEnded && stream.rstCode === NO_ERROR : response.writableFinished;
}

/** Throws in the end where it was broken off. */
export async function* wholeOrError(raw: IncomingMessage): AsyncGenerator<Uint8Array> {
  yield* raw.iterator({ destroyOnReturn: false });
  if (isBroken(raw)) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}
