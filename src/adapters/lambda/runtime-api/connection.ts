import { connect, type Socket } from 'node:net';
import type { Address } from './address.ts';
import { type HttpResponse, ResponseParser } from './response-parser.ts';

/** A call that got no whole answer: nobody can tell whether the peer has acted on it. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** A request whose body is still being written. */
export interface OpenRequest {
  /** Settles when the answer has come, which may be before the body is whole. */
  readonly answer: Promise<HttpResponse>;
  /** Resolves when the socket takes more. @throws ConnectionError when it never will */
  write(data: string | Uint8Array): Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: HttpResponse) => void;
  readonly reject: (error: ConnectionError) => void;
}

const READ_BYTES = 256 * 1024;
/** After this much silence a FIN may be waiting in the kernel while we were busy: look before writing. */
const QUIET_MS = 200;

/**
 * One keep-alive connection, one request at a time, no timeouts. A connection that the peer closed
 * between requests is replaced before anything is written; nothing is ever sent twice.
 */
export class Connection {
  readonly #address: Address;
  #socket: Socket | undefined;
  #parser = new ResponseParser();
  #waiting: Waiting | undefined;
  #lastUsed = 0;
  #closed = false;

  constructor(address: Address) {
    this.#address = address;
  }

  /** Whether a request waits for an answer of which nothing has come yet. */
  get parked(): boolean {
    return this.#waiting !== undefined && !this.#parser.begun;
  }

  /** Opens the socket ahead of the first request. */
  open(): void {
    if (this.#socket !== undefined || this.#closed) return;
    this.#socket = this.#connect();
    this.#lastUsed = Date.now();
  }

  /** Sends one whole request. @throws ConnectionError */
  async exchange(request: string): Promise<HttpResponse> {
    const quiet = this.#socket !== undefined && Date.now() - this.#lastUsed > QUIET_MS;
    if (quiet) await lookForEnd();
    return this.#send(request);
  }

  /** Sends the head of a request whose body follows by `write`. */
  begin(head: string): OpenRequest {
    const answer = this.#send(head);
    // Who writes the body may fail first; the answer's own failure is then no news.
    answer.catch(() => {});
    return { answer, write: (data) => this.#write(data) };
  }

  /** Writes at once whatever state the connection is in: for the last words of a process. */
  writeNow(request: string): void {
    this.#socket?.write(request);
  }

  /** Drops the socket; the next request opens another. */
  drop(reason: string): void {
    const socket = this.#socket;
    if (socket) this.#lost(socket, reason);
  }

  /** Drops the socket for good. */
  close(reason: string): void {
    this.#closed = true;
    this.drop(reason);
  }

  #send(request: string): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new ConnectionError('the connection is closed'));
      this.open();
      this.#waiting = { resolve, reject };
      this.#socket!.write(request);
    });
  }

  #write(data: string | Uint8Array): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      if (socket === undefined || socket.destroyed) return reject(new ConnectionError('connection lost'));
      if (socket.write(data)) return resolve();
      const done = () => {
        socket.off('drain', done);
        socket.off('close', done);
        if (socket.destroyed) reject(new ConnectionError('connection lost'));
        else resolve();
      };
      socket.once('drain', done);
      socket.once('close', done);
    });
  }

  #connect(): Socket {
    const { host, port } = this.#address;
    const onread = {
      // One buffer for all reads: the parser copies what it must keep.
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (length: number, buffer: Uint8Array): boolean => {
        this.#read(socket, (buffer as Buffer).subarray(0, length) as Buffer);
        return true;
      },
    };
    const socket: Socket = connect({ host, port, noDelay: true, onread });
    socket.on('error', (error) => this.#lost(socket, error.message));
    socket.on('end', () => this.#lost(socket, 'the peer closed the connection'));
    socket.on('close', () => this.#lost(socket, 'the connection was closed'));
    return socket;
  }

  #read(socket: Socket, piece: Buffer): void {
    if (socket !== this.#socket) return;
    const waiting = this.#waiting;
    try {
      if (waiting === undefined) throw new Error('bytes that nobody asked for');
      const answer = this.#parser.feed(piece);
      if (answer === undefined) return;
      this.#waiting = undefined;
      this.#lastUsed = Date.now();
      if (!answer.keepAlive) this.#lost(socket, 'the peer said close');
      waiting.resolve(answer);
    } catch (error) {
      this.#lost(socket, `not a valid HTTP response: ${(error as Error).message}`);
    }
  }

  #lost(socket: Socket, reason: string): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#parser = new ResponseParser();
    socket.destroy();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(new ConnectionError(reason));
  }
}

// Two turns: the first may still be inside the poll phase that we were called from.
async function lookForEnd(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}
