import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

const NEXT = 'GET /2018-06-01/runtime/invocation/next ';
const ACCEPTED =
  'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status":"OK"}\n';
const HEAD_END = '\r\n\r\n';

/**
 * The two calls of the Runtime API that a loop makes, with no more work for each than that: it must not be what is
 * measured. Every /next is answered at once. A failure that the runtime reports fails the benchmark.
 */
export class FastRuntimeApi {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #event: string;
  #handedOut = 0;
  /** Responses that came. */
  answered = 0;
  /** The body of the latest response, or of the first failure. */
  last = '';
  failed: string | undefined;

  constructor(event: unknown) {
    this.#event = JSON.stringify(event);
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve());
    });
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
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
      socket.write(this.#next(), 'latin1');
      return;
    }
    const head = request.slice(0, request.indexOf('\r\n'));
    this.last = request.slice(request.indexOf(HEAD_END) + HEAD_END.length);
    if (head.includes('/response ')) this.answered += 1;
    else this.failed ??= `${head}: ${this.last}`;
    socket.write(ACCEPTED, 'latin1');
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
      `\r\n${this.#event}`
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
