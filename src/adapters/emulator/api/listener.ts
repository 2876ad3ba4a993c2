import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../../../core/index.ts';
import { watchDescriptors } from '../../../server/descriptors.ts';
import { listenError } from '../../../server/listen.ts';

/** How long answers may take to reach their callers in the end. */
export const FLUSH_MS = 1000;

const KEEP_ALIVE_MS = 75_000;

/** Must not reject: what goes wrong is an answer too. */
export type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A listening server that knows what it is serving. */
export class Listener {
  readonly #server: Server;
  readonly #host: string;
  readonly #serving = new Set<Promise<void>>();

  constructor(host: string, logger: Logger, serve: Serve) {
    this.#host = host;
    this.#server = createServer((request, response) => {
      const served = serve(request, response);
      this.#serving.add(served);
      void served.finally(() => this.#serving.delete(served));
    });
    watchDescriptors(this.#server, logger);
    // A function may take longer than any limit of a server on its own.
    this.#server.requestTimeout = 0;
    // Longer than SDKs keep an idle connection, or they would write into one that is being closed.
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
  }

  /** @throws ConfigError naming host and port */
  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        reject(listenError(error, this.#host, port));
      });
      this.#server.listen(port, this.#host, resolve);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Where a client on this machine reaches it. */
  get url(): string {
    const host = this.#host === '0.0.0.0' ? '127.0.0.1' : this.#host === '::' ? '::1' : this.#host;
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** Resolves when all that is being served has its answer. */
  async idle(): Promise<void> {
    await Promise.all(this.#serving);
  }

  /** Ends every connection, whatever is under way on it. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.cut(), FLUSH_MS);
      this.#server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }
}
