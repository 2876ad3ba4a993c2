import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { DEFAULT_DRAIN_TIMEOUT_MS } from './options.ts';
import type { RequestHandler } from './request-handler.ts';

const SWEEP_MS = 50;
/** Node counts a connection that has sent nothing yet as busy; it gets this long to send its request. */
const UNUSED_MS = 500;
/** Turns of the event loop. */
const MOST_TURNS = 100;
/** After the abort: time for handlers to answer. */
const GRACE_MS = 1_000;

/** Ends a server without losing a request that it accepted. */
export class Drain {
  readonly #fastify: FastifyInstance;
  readonly #handler: RequestHandler;
  readonly #sockets = new Set<Socket>();
  /** Only over TLS: those that have sent no request. A listener for each request costs too much elsewhere. */
  readonly #silent = new Set<Socket>();
  readonly #force = new AbortController();
  #accepted = 0;
  #closed: Promise<boolean> | undefined;

  constructor(fastify: FastifyInstance, handler: RequestHandler) {
    this.#fastify = fastify;
    this.#handler = handler;
    const { server } = fastify;
    server.on('connection', (socket) => {
      this.#accepted++;
      remember(this.#sockets, socket);
    });
    if (!handler.options.tls) return;
    // Over TLS requests come on another socket than the listener accepted, and the handshake counts as bytes read.
    server.on('secureConnection', (socket) => remember(this.#silent, socket));
    server.on('request', (request) => this.#silent.delete(request.socket));
  }

  /** @returns whether every request could end by itself; the same promise at every call */
  close(): Promise<boolean> {
    this.#closed ??= this.#run();
    return this.#closed;
  }

  /** Cuts a drain short: aborts what runs and destroys the connections. */
  force(): void {
    this.#force.abort();
  }

  async #run(): Promise<boolean> {
    const { drainDelayMs = 0, drainTimeoutMs = DEFAULT_DRAIN_TIMEOUT_MS } = this.#handler.options;
    this.#handler.draining = true;
    const { signal } = this.#force;
    if (drainDelayMs > 0) await sleep(drainDelayMs, undefined, { signal }).catch(() => {});
    const ended = this.#end();
    const stopSweep = this.#sweep();
    try {
      return (await within(ended, drainTimeoutMs, signal)) || (await this.#abort(ended));
    } finally {
      stopSweep();
    }
  }

  /** The kernel resets what waits to be accepted when a listener closes: accept until none comes. */
  async #acceptAll(): Promise<void> {
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const before = this.#accepted;
      await nextTurn();
      if (this.#accepted === before) return;
    }
  }

  async #abort(ended: Promise<boolean>): Promise<false> {
    const { running, options } = this.#handler;
    options.logger.warn('drain timed out, aborting', { running: running.size });
    for (const work of running) work.abort(new Error('the process is stopping'));
    await within(ended, GRACE_MS, undefined);
    for (const socket of this.#sockets) socket.destroy();
    await within(ended, GRACE_MS, undefined);
    return false;
  }

  async #end(): Promise<true> {
    await this.#acceptAll();
    this.#fastify.server.close();
    await this.#fastify.close();
    // Invocations of type Event have no connection that would be waited for.
    while (this.#handler.running.size > 0) await sleep(SWEEP_MS);
    return true;
  }

  #unused(): Socket[] {
    if (this.#handler.options.tls) return [...this.#silent];
    return [...this.#sockets].filter((socket) => socket.bytesRead === 0);
  }

  // Connections become idle after the listener closed too, by replies that were under way before.
  #sweep(): () => void {
    const start = Date.now();
    const timer = setInterval(() => {
      this.#fastify.server.closeIdleConnections();
      if (Date.now() - start < UNUSED_MS) return;
      for (const socket of this.#unused()) socket.destroy();
    }, SWEEP_MS);
    return () => clearInterval(timer);
  }
}

function remember(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
}

/** Whether the work ended in time and before the signal. */
async function within(work: Promise<boolean>, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted) return false;
  const cancel = new AbortController();
  const late = sleep(ms, false, { signal: cancel.signal }).catch(() => false);
  const forced = signal ? once(signal, 'abort', { signal: cancel.signal }).then(no, no) : undefined;
  try {
    return await Promise.race([work, late, ...(forced ? [forced] : [])]);
  } finally {
    cancel.abort();
  }
}

const no = (): false => false;
