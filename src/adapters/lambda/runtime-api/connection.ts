import type { Address } from './address.ts';
import { netWire } from './net-wire.ts';
import { type HttpResponse, ResponseParser } from './response-parser.ts';
import { tcpWire } from './tcp-wire.ts';
import type { Wire, WireEvents } from './wire.ts';

/** A call that got no whole answer: nobody can tell whether the peer has acted on it. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** A request whose body is still being written. */
export interface OpenRequest {
  /** Settles when the answer has come, which may be before the body is whole. */
  readonly answer: Promise<HttpResponse>;
  /** Resolves when the kernel takes more. @throws ConnectionError when it never will */
  write(data: string | Uint8Array): Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: HttpResponse) => void;
  readonly reject: (error: ConnectionError) => void;
}

interface Writer {
  readonly resolve: () => void;
  readonly reject: (error: ConnectionError) => void;
}

/** After this much silence a FIN may be waiting in the kernel while we were busy: look before writing. */
const QUIET_MS = 200;

/**
 * One keep-alive connection, one request at a time, no timeouts. A connection that the peer closed
 * between requests is replaced before anything is written; nothing is ever sent twice.
 */
export class Connection {
  readonly #address: Address;
  #wire: Wire | undefined;
  #parser = new ResponseParser();
  #waiting: Waiting | undefined;
  /** Those whose data the kernel has not taken yet. */
  #writers: Writer[] = [];
  #lastUsed = 0;
  #closed = false;

  constructor(address: Address) {
    this.#address = address;
  }

  /** Whether a request waits for an answer of which nothing has come yet. */
  get parked(): boolean {
    return this.#waiting !== undefined && !this.#parser.begun;
  }

  /** Connects ahead of the first request. */
  open(): void {
    if (this.#wire !== undefined || this.#closed) return;
    this.#wire = this.#connect();
    this.#lastUsed = Date.now();
  }

  /** Sends one whole request. @throws ConnectionError */
  async exchange(request: string): Promise<HttpResponse> {
    const quiet = this.#wire !== undefined && Date.now() - this.#lastUsed > QUIET_MS;
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
    this.#wire?.write(request);
  }

  /** Drops the connection; the next request makes another. */
  drop(reason: string): void {
    const wire = this.#wire;
    if (wire) this.#lost(wire, reason);
  }

  /** Drops the connection for good. */
  close(reason: string): void {
    this.#closed = true;
    this.drop(reason);
  }

  #send(request: string): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new ConnectionError('the connection is closed'));
      this.open();
      this.#waiting = { resolve, reject };
      this.#wire!.write(request);
    });
  }

  #write(data: string | Uint8Array): Promise<void> {
    const wire = this.#wire;
    return new Promise((resolve, reject) => {
      if (wire === undefined) return reject(new ConnectionError('connection lost'));
      if (wire.write(data)) return resolve();
      this.#writers.push({ resolve, reject });
    });
  }

  #connect(): Wire {
    const events: WireEvents = {
      read: (piece) => this.#read(wire, piece),
      drained: () => this.#drained(wire),
      lost: (reason) => this.#lost(wire, reason),
    };
    const wire = tcpWire(this.#address, events) ?? netWire(this.#address, events);
    return wire;
  }

  #read(wire: Wire, piece: Buffer): void {
    if (wire !== this.#wire) return;
    const waiting = this.#waiting;
    try {
      if (waiting === undefined) throw new Error('bytes that nobody asked for');
      const answer = this.#parser.feed(piece);
      if (answer === undefined) return;
      this.#waiting = undefined;
      this.#lastUsed = Date.now();
      if (!answer.keepAlive) this.#lost(wire, 'the peer said close');
      waiting.resolve(answer);
    } catch (error) {
      this.#lost(wire, `not a valid HTTP response: ${(error as Error).message}`);
    }
  }

  #drained(wire: Wire): void {
    if (wire !== this.#wire) return;
    for (const { resolve } of this.#writers.splice(0)) resolve();
  }

  #lost(wire: Wire, reason: string): void {
    if (wire !== this.#wire) return;
    this.#wire = undefined;
    this.#parser = new ResponseParser();
    wire.destroy();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(new ConnectionError(reason));
    for (const { reject } of this.#writers.splice(0)) reject(new ConnectionError('connection lost'));
  }
}

// Two turns: the first may still be inside the poll phase that we were called from.
async function lookForEnd(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}
