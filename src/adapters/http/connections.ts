import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { KeepAlive } from './keep-alive.ts';
import { Sessions } from './sessions.ts';

/** Whoever sends one request after the other has a shorter pause. */
const IDLE_MS = 30;

/** Node keeps the response under way here; `null` between two requests. */
type HttpSocket = Socket & { _httpMessage?: ServerResponse | null };

interface Seen {
  bytes: number;
  /** When the count of bytes changed last, as far as was looked at. */
  since: number;
}

/** The connections of a server, and how long each has been quiet. */
export class Connections {
  readonly #open = new Map<HttpSocket, Seen>();
  /** Over TLS only: those whose handshake is not done. */
  readonly #handshakes = new Map<Socket, Seen>();
  /** Those that speak HTTP/2. */
  readonly sessions: Sessions;
  #accepted = 0;

  constructor(server: Server, tls: boolean) {
    this.sessions = new Sessions(server);
    const keepAlive = new KeepAlive(server, this.#open);
    server.on('connection', (socket) => {
      this.#accepted++;
      remember(tls ? this.#handshakes : this.#open, socket);
      if (!tls) keepAlive.keep(socket);
    });
    if (!tls) return;
    // Over TLS requests come on another socket than the listener accepted.
    server.on('secureConnection', (socket: TLSSocket & { _parent?: Socket }) => {
      if (socket._parent) this.#handshakes.delete(socket._parent);
      if (socket.alpnProtocol === 'h2') return;
      remember(this.#open, socket);
      keepAlive.keep(socket);
    });
  }

  /** How many were ever accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  get size(): number {
    return this.#open.size + this.#handshakes.size + this.sessions.size;
  }

  /** Takes note of which connections have moved since the last look. */
  look(now: number): void {
    for (const sockets of [this.#open, this.#handshakes]) {
      for (const [socket, seen] of sockets) {
        const bytes = bytesOf(socket);
        if (bytes === seen.bytes) continue;
        seen.bytes = bytes;
        seen.since = now;
      }
    }
  }

  /** Those that have not moved for so long, each with its response under way, if any. */
  *quiet(now: number, ms: number): Generator<[socket: Socket, response: ServerResponse | undefined]> {
    for (const sockets of [this.#open, this.#handshakes]) {
      for (const [socket, { since }] of sockets) {
        if (now - since >= ms) yield [socket, (socket as HttpSocket)._httpMessage ?? undefined];
      }
    }
  }

  /** Closes those on which no request is under way, nor just was: the next one may be coming. */
  async closeIdle(): Promise<void> {
    this.look(Date.now());
    await sleep(IDLE_MS);
    const now = Date.now();
    this.look(now);
    for (const [socket, response] of this.quiet(now, IDLE_MS))
      if (response === undefined) socket.destroySoon();
  }

  destroyAll(): void {
    this.sessions.destroyAll();
    for (const sockets of [this.#open, this.#handshakes])
      for (const socket of sockets.keys()) socket.destroy();
  }
}

function bytesOf(socket: Socket): number {
  return socket.bytesRead + socket.bytesWritten;
}

function remember(sockets: Map<Socket, Seen>, socket: Socket): void {
  sockets.set(socket, { bytes: bytesOf(socket), since: Date.now() });
  socket.once('close', () => sockets.delete(socket));
}
