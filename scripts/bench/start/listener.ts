/** A Runtime API for one start: tells when /next was asked for, and when the first answer came. */
import { createServer, type Server, type Socket } from 'node:net';
import { addressOf, listenOnLoopback } from '../loopback.ts';
import { BenchError } from '../types.ts';

export const NEXT = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n';
const RESPONSE = /^POST \/2018-06-01\/runtime\/invocation\/[^/]+\/response /;
const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:bench';

/** Times on performance's clock. */
export interface Started {
  readonly asked: Promise<number>;
  readonly answered: Promise<number>;
}

export class StartListener {
  #asked: (at: number) => void = () => {};
  #answered: (at: number) => void = () => {};
  #failed: (error: Error) => void = () => {};
  #event = '{}';
  readonly #server: Server = createServer((socket) => this.#serve(socket));

  listen(): Promise<void> {
    return listenOnLoopback(this.#server);
  }

  get address(): string {
    return addressOf(this.#server);
  }

  /** Of the next runtime that connects, which is given this event. */
  expect(event: unknown): Started {
    this.#event = JSON.stringify(event);
    const asked = new Promise<number>((resolve) => {
      this.#asked = resolve;
    });
    const answered = new Promise<number>((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
    });
    // Not everybody waits for it.
    answered.catch(() => {});
    return { asked, answered };
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    let given = false;
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      const at = performance.now();
      const text = piece.toString('latin1');
      if (RESPONSE.test(text)) this.#answered(at);
      else if (text.startsWith('POST '))
        this.#failed(new BenchError(`the runtime said ${text.slice(0, 500)}`));
      else if (text.startsWith(NEXT) && !given) {
        this.#asked(at);
        given = true;
        socket.write(this.#invocation());
      }
    });
  }

  #invocation(): string {
    return (
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${this.#event.length}\r\n` +
      'Lambda-Runtime-Aws-Request-Id: 00000000-0000-4000-8000-000000000001\r\n' +
      `Lambda-Runtime-Deadline-Ms: ${Date.now() + 3000}\r\nLambda-Runtime-Invoked-Function-Arn: ${ARN}\r\n` +
      `\r\n${this.#event}`
    );
  }
}
