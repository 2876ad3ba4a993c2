import type { ServerResponse } from 'node:http';
import type { Outcome, Sink } from '../environment/invocation.ts';
import { EVENT_STREAM_TYPE, invokeComplete, payloadChunk } from './event-stream.ts';

/** The answer of InvokeWithResponseStream: PayloadChunk events, then one InvokeComplete. */
export class StreamedResponse implements Sink {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** The function's own type goes into a header, as that of the body is the encoding's. */
  begin(contentType: string): void {
    if (this.#response.headersSent || this.#response.destroyed) return;
    const headers = { 'Content-Type': EVENT_STREAM_TYPE, 'X-Amzn-Remapped-Content-Type': contentType };
    this.#response.writeHead(200, headers);
    this.#response.flushHeaders();
  }

  /** As in Lambda, the function runs on when its caller has gone. */
  async chunk(data: Buffer): Promise<void> {
    const response = this.#response;
    if (response.destroyed || response.write(payloadChunk(data))) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.on('drain', done).on('close', done);
    });
  }

  async end({ failed, errorType, payload, contentType, log }: Outcome, tail: boolean): Promise<void> {
    this.begin(contentType);
    if (!failed && payload.length > 0) await this.chunk(payload);
    const error = failed ? { ErrorCode: errorType, ErrorDetails: payload.toString() } : {};
    const result = tail ? { LogResult: log.toString('base64') } : {};
    if (!this.#response.destroyed) this.#response.end(invokeComplete({ ...error, ...result }));
  }
}
