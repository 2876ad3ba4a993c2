import type { Server } from 'node:http';
import { Socket } from 'node:net';

/** The clock's time since which a connection waits for its next request; 0 while one is under way. */
const SINCE = Symbol('waits since');
/** What it had received when that was looked at first; -1 before. */
const RECEIVED = Symbol('received');

type Kept = Socket & { [SINCE]?: number; [RECEIVED]?: number };

/** How often connections are looked at, milliseconds. */
const LEAST_MS = 10;
const MOST_MS = 1_000;

/**
 * Node.js makes a timer after each reply and takes it away at the next request, a thirtieth of a small one. One clock for
 * all connections does the same, with less precision.
 */
export class KeepAlive {
  readonly #waitMs: number;
  readonly #everyMs: number;
  readonly #open: ReadonlyMap<Kept, unknown>;
  #now = 1;

  /** @param open the connections that speak HTTP/1.1, now and later */
  constructor(server: Server, open: ReadonlyMap<Socket, unknown>) {
    this.#open = open;
    this.#waitMs = server.keepAliveTimeout + (server.keepAliveTimeoutBuffer ?? MOST_MS);
    this.#everyMs = Math.min(MOST_MS, Math.max(LEAST_MS, this.#waitMs / 8));
    if (!(server.keepAliveTimeout > 0)) return;
    const timer = setInterval(() => this.#look(), this.#everyMs).unref();
    server.once('close', () => clearInterval(timer));
  }

  /** Takes over the socket's waits between requests. */
  keep(socket: Kept): void {
    const clock = this;
    socket.setTimeout = function setTimeout(this: Kept, ms: number, callback?: () => void) {
      // Node.js says so after a reply, and takes it back at the next request. All else is a timer of somebody's own.
      if (callback === undefined && ms === clock.#waitMs) {
        // The clock may be late by that.
        this[SINCE] = clock.#now + clock.#everyMs;
        this[RECEIVED] = -1;
        return this;
      }
      if (ms === 0) this[SINCE] = 0;
      return ms === 0 && !this.timeout ? this : Socket.prototype.setTimeout.call(this, ms, callback);
    };
  }

  #look(): void {
    this.#now += this.#everyMs;
    for (const socket of this.#open.keys()) {
      const since = socket[SINCE];
      if (since === undefined || since === 0) continue;
      const received = socket[RECEIVED];
      if (received === -1) socket[RECEIVED] = socket.bytesRead;
      else if (this.#now - since >= this.#waitMs) this.#expire(socket);
    }
  }

  /** Part of a request is no silence. */
  #expire(socket: Kept): void {
    if (socket.bytesRead === socket[RECEIVED]) {
      socket[SINCE] = 0;
      socket.emit('timeout');
    } else {
      socket[SINCE] = this.#now;
      socket[RECEIVED] = socket.bytesRead;
    }
  }
}
