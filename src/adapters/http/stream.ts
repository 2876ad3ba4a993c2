import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { type BodyStream, type Context, FIRST_CHUNK_MS } from '../../core/index.ts';
import { cut } from './http2.ts';

/** What a reply of either kind has. */
interface Exchange {
  readonly raw: ServerResponse;
  readonly request: { readonly raw: IncomingMessage };
}

/** A stream whose first chunk takes its time (server-sent events) must not keep the headers waiting. */
export function flushSoon(response: ServerResponse): void {
  // The headers are set when it is piped.
  response.once('pipe', () => {
    const flush = () => {
      if (!response.headersSent && !response.destroyed) response.flushHeaders();
    };
    setTimeout(flush, FIRST_CHUNK_MS).unref();
  });
}

export function toReadable(body: BodyStream): Readable {
  if (body instanceof Readable && !body.readableObjectMode) return body;
  if (body instanceof ReadableStream) return Readable.fromWeb(body as WebStream);
  return Readable.from(body, { objectMode: false });
}

export function logged(stream: Readable, reply: Exchange, context: Context): Readable {
  stream.on('error', (error) => {
    // Before the first byte it becomes an error reply, which is logged as such.
    if (!reply.raw.headersSent) return;
    const { method, url } = reply.request.raw;
    context.logger.error('reply stream failed', { method, url, error });
    cut(reply.raw);
  });
  return stream;
}
