import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, listenOnLoopback } from './loopback.ts';
import { BenchError } from './types.ts';

const NEXT = 'GET /2018-06-01/runtime/invocation/next ';
const ACCEPTED =
  'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status":"OK"}\n';
const HEAD_END = '\r\n\r\n';
const LARGE = 16_384;

/**
 * The two calls of the Runtime API that a loop makes, with no more work for each than that: it must not be what is
 * measured. Every /next is answered at once, up to a number of invocations. A failure that the runtime reports fails the benchmark.
 */
export class FastRuntimeApi {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #event: string;
  /** A large event is sent by itself, as bytes: making one string of both would be measured. */
  readonly #bytes: Buffer | undefined;
  #handedOut = 0;
  #limit = Number.POSITIVE_INFINITY;
  readonly #waiting: Socket[] = [];
  /** Responses that came. */
  answered = 0;
  /** The body of the latest response, or of the first failure. */
  last = '';
  failed: string | undefined;

  constructor(event: unknown) {
    this.#event = JSON.stringify(event);
    if (this.#event.length > LARGE) this.#bytes = Buffer.from(this.#event);
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  listen(): Promise<void> {
    return listenOnLoopback(this.#server);
  }

  get address(): string {
    return addressOf(this.#server);
  }

  /** So many invocations in all; those who ask for more wait. */
  allow(count: number): void {
    this.#limit = count;
    for (const socket of this.#waiting.splice(0)) this.#hand(socket);
  }

  /**
   * Until so many invocations in all are over and the runtime waits for the next.
   * @throws BenchError when the runtime reports a failure or takes longer
   */
  async reach(count: number, longestMs: number): Promise<void> {
    const latest = performance.now() + longestMs;
    this.allow(count);
    while (!(this.answered >= count && this.#waiting.length > 0)) {
      if (this.failed !== undefined) throw new BenchError(this.failed);
      if (performance.now() > latest)
        throw new BenchError(`only ${this.answered} of ${count} invocations in ${longestMs / 1000} s`);
      await sleep(10);
    }
  }

  /** Breaks every connection. */
  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    let text = '';
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text = text === '' ? piece : text + piece;
      for (let end = requestEnd(text); end > 0; end = requestEnd(text)) {
        this.#answer(socket, text.slice(0, end));
        text = text.slice(end);
      }
    });
  }

  #answer(socket: Socket, request: string): void {
    if (request.startsWith(NEXT)) {
      this.#hand(socket);
      return;
    }
    const head = request.slice(0, request.indexOf('\r\n'));
    this.last = request.slice(request.indexOf(HEAD_END) + HEAD_END.length);
    if (head.includes('/response ')) this.answered += 1;
    else this.failed ??= `${head}: ${this.last}`;
    socket.write(ACCEPTED, 'latin1');
  }

  #hand(socket: Socket): void {
    if (this.#handedOut >= this.#limit) {
      this.#waiting.push(socket);
      return;
    }
    socket.write(this.#next(), 'latin1');
    if (this.#bytes) socket.write(this.#bytes);
  }

  #next(): string {
    this.#handedOut += 1;
    const number = String(this.#handedOut).padStart(12, '0');
    const id = `00000000-0000-4000-8000-${number}`;
    return (
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${this.#event.length}\r\n` +
      `Lambda-Runtime-Aws-Request-Id: ${id}\r\nLambda-Runtime-Deadline-Ms: ${Date.now() + 3000}\r\n` +
      'Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:bench\r\n' +
      `Lambda-Runtime-Trace-Id: Root=1-5759e988-bd862e3fe1be${number};Sampled=0\r\n` +
      `\r\n${this.#bytes ? '' : this.#event}`
    );
  }
}

/** Where the first request in `text` ends, or 0 when it is not whole. Latin-1: a character is a byte. */
function requestEnd(text: string): number {
  const head = text.indexOf(HEAD_END);
  if (head < 0) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head))?.[1] ?? '0';
  const end = head + HEAD_END.length + Number(length);
  return text.length >= end ? end : 0;
}
