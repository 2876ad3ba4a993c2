import { once } from 'node:events';
import { Server as NetServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { frameworkError } from '../../core/index.ts';
import type { Connections } from './connections.ts';
import { DEFAULT_DRAIN_TIMEOUT_MS } from './options.ts';
import type { RequestHandler } from './request-handler.ts';
import { isStalled, isUploading } from './slow-clients.ts';

const SWEEP_MS = 50;
/**
 * A connection must have been quiet for so long before it is closed: the next request of a client that was just
 * answered may be on its way, and closing would lose it. It is answered with `connection: close`.
 */
const QUIET_MS = 500;
/** In a drain a client that is waited for has so long to move. */
const STUCK_MS = 5_000;
/** What connects during a turn of the event loop waits in the kernel's queue until the next: a short one has none or few. */
const SHORT_TURN_MS = 0.25;
/** Clients that were just answered come back within that. */
const NOBODY_MS = 2;
/** A server that is never so idle closes its listener after a short turn, and in the end all the same. */
const BUSY_MS = 150;
const BUSIEST_MS = 250;
/** After the abort: time for handlers to answer. */
const GRACE_MS = 1_000;

/** Ends a server without losing a request that it accepted. */
export class Drain {
  readonly #fastify: FastifyInstance;
  readonly #handler: RequestHandler;
  readonly #connections: Connections;
  readonly #force = new AbortController();
  #closed: Promise<boolean> | undefined;

  constructor(fastify: FastifyInstance, handler: RequestHandler, connections: Connections) {
    this.#fastify = fastify;
    this.#handler = handler;
    this.#connections = connections;
  }

  /**
   * @param limitMs how long running requests may take to end; default the server's
   * @returns whether every request could end by itself; the same promise at every call
   */
  close(limitMs?: number): Promise<boolean> {
    this.#closed ??= this.#run(limitMs);
    return this.#closed;
  }

  /** Cuts a drain short: aborts what runs and destroys the connections. */
  force(): void {
    this.#force.abort();
  }

  async #run(limitMs?: number): Promise<boolean> {
    const { drainDelayMs = 0, drainTimeoutMs = DEFAULT_DRAIN_TIMEOUT_MS } = this.#handler.options;
    const limit = Math.min(limitMs ?? Number.POSITIVE_INFINITY, drainTimeoutMs);
    this.#handler.draining = true;
    const { signal } = this.#force;
    if (drainDelayMs > 0 && limitMs === undefined)
      await sleep(drainDelayMs, undefined, { signal }).catch(() => {});
    const ended = this.#end();
    return (await within(ended, limit, signal)) || this.#abort(ended);
  }

  async #abort(ended: Promise<boolean>): Promise<false> {
    const { running, options } = this.#handler;
    options.logger.warn('drain timed out, aborting', { running: running.size });
    for (const work of running) work.abort(frameworkError('SHUTTING_DOWN', 'The server is stopping.'));
    await within(ended, GRACE_MS, undefined);
    this.#connections.destroyAll();
    await within(ended, GRACE_MS, undefined);
    return false;
  }

  async #end(): Promise<true> {
    await this.#stopListening();
    // Streams that would go on for ever: their clients come back elsewhere.
    for (const work of this.#handler.running) work.drain?.();
    // Invocations of type Event have no connection that would be waited for.
    while (this.#connections.size > 0 || this.#handler.running.size > 0) {
      this.#closeQuiet();
      await sleep(SWEEP_MS);
    }
    this.#connections.destroyAll();
    await this.#fastify.close();
    return true;
  }

  /** The server's own `close` would also destroy connections on which a request has just arrived. */
  async #stopListening(): Promise<void> {
    await this.#untilNobodyConnects();
    NetServer.prototype.close.call(this.#fastify.server);
    this.#handler.closing = true;
    this.#connections.sessions.announceEnd();
  }

  /** The kernel resets what waits to be accepted when a listener closes: that is right after a turn without anybody. */
  async #untilNobodyConnects(): Promise<void> {
    // The rest of this turn, in which the kernel is not asked.
    await nextTurn();
    const begun = performance.now();
    let [start, came] = [begun, begun];
    while (start - begun < BUSIEST_MS) {
      const before = this.#connections.accepted;
      await nextTurn();
      const now = performance.now();
      if (this.#connections.accepted !== before) came = now;
      else if (now - start < SHORT_TURN_MS && (now - came >= NOBODY_MS || now - begun >= BUSY_MS)) return;
      start = now;
    }
  }

  #closeQuiet(): void {
    const now = Date.now();
    this.#connections.look(now);
    for (const [socket, response] of this.#connections.quiet(now, QUIET_MS)) {
      if (response === undefined) socket.destroySoon();
    }
    this.#connections.sessions.closeQuiet(now, QUIET_MS, STUCK_MS);
    // Clients that neither send nor read are no reason to wait, and no fault of ours.
    for (const [socket, response] of this.#connections.quiet(now, STUCK_MS)) {
      if (response && (isStalled(socket, response) || isUploading(response))) socket.destroy();
    }
  }
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
