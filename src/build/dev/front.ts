import { createServer, type Server, type Socket } from 'node:net';
import { listenError } from '../../server/listen.ts';

/** Takes an accepted connection of which nothing has been read. */
export type Take = (socket: Socket) => void;

/** The port: it stays open from the start to the end, and connections wait here while nobody can take them. */
export class Front {
  readonly #server: Server;
  readonly #waiting = new Set<Socket>();
  #take: Take | undefined;

  constructor() {
    this.#server = createServer({ pauseOnConnect: true }, (socket) => this.#route(socket));
  }

  /** @returns the port. @throws ConfigError when it cannot listen */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(error, host, port)));
      this.#server.listen(port, host, () => resolve((this.#server.address() as { port: number }).port));
    });
  }

  /** Who takes connections from now on; without one they wait. */
  to(take: Take | undefined): void {
    this.#take = take;
    if (take === undefined) return;
    for (const socket of this.#waiting) {
      this.#waiting.delete(socket);
      take(socket);
    }
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
  }

  #route(socket: Socket): void {
    // Of a client that goes while it waits: whoever takes the connection has a listener of its own.
    socket.once('error', () => socket.destroy());
    if (this.#take !== undefined) {
      this.#take(socket);
    } else {
      this.#waiting.add(socket);
      socket.once('close', () => this.#waiting.delete(socket));
    }
  }
}
