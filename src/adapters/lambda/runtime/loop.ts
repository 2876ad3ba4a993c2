import type { Address } from '../runtime-api/address.ts';
import type { RuntimeClient } from '../runtime-api/client.ts';
import { Connection, ConnectionError } from '../runtime-api/connection.ts';
import type { InFlight } from './in-flight.ts';
import { type FunctionInfo, Invocation } from './invocation.ts';
import type { InvocationHandler } from './invocation-handler.ts';
import { shareTraceId } from './trace-env.ts';

export interface LoopOptions {
  readonly address: Address;
  readonly client: RuntimeClient;
  readonly invocationHandler: InvocationHandler;
  readonly inFlight: InFlight;
  readonly environment: FunctionInfo;
  readonly concurrency: number;
  /** Used by the first poll. */
  readonly first: Connection;
}

/** Polls in a row that may break before a concurrent poller gives up, and the pause after each. */
const RETRIES = 5;
const PAUSE_MS = 100;

/** The polls of /next and what they hand out. */
export class Loop {
  readonly #options: LoopOptions;
  readonly #connections: Connection[] = [];
  readonly #setTraceId = shareTraceId();
  #stopping = false;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /**
   * Polls until `stop`. Alone, a poll that fails ends the loop. Of several, it is begun again after a
   * pause (an event that it may have lost was never answered), and the loop fails when each has given up.
   * @throws the failure of the last poll
   */
  async run(): Promise<void> {
    const { concurrency, first, address } = this.#options;
    const others = Array.from({ length: concurrency - 1 }, () => new Connection(address));
    this.#connections.push(first, ...others);
    const polls = this.#connections.map((connection) => this.#pollUntilEnd(connection));
    // The first poll is on its way: what an invocation needs is made meanwhile.
    this.#options.inFlight.prepare();
    const failures = (await Promise.all(polls)).filter((failure) => failure !== undefined);
    if (failures.length > 0 && !this.#stopping) throw failures.at(-1);
  }

  /** No new poll; those that wait are given up. `run` resolves when what is under way is answered. */
  stop(): void {
    this.#stopping = true;
    for (const connection of this.#connections) if (connection.parked) this.#closeParked(connection);
  }

  // A connection that waits for the answer to a reply is parked too, and must not be cut.
  #closeParked(connection: Connection): void {
    for (const invocation of this.#options.inFlight) if (invocation.connection === connection) return;
    connection.close('stopping');
  }

  async #pollUntilEnd(connection: Connection): Promise<Error | undefined> {
    const failure = await this.#poll(connection);
    connection.close('the poll has ended');
    return failure;
  }

  /** @returns why it gave up; `undefined` when stopped */
  async #poll(connection: Connection): Promise<Error | undefined> {
    let broken = 0;
    while (!this.#stopping) {
      try {
        const answer = await this.#options.client.next(connection);
        broken = 0;
        await this.#serve(new Invocation(answer, connection, this.#options.environment));
      } catch (error) {
        if (this.#stopping) return undefined;
        broken += 1;
        if (!(await this.#mayRetry(error as Error, broken))) return error as Error;
      }
    }
    return undefined;
  }

  async #mayRetry(error: Error, broken: number): Promise<boolean> {
    if (this.#options.concurrency === 1) return false;
    const retry = error instanceof ConnectionError && broken <= RETRIES;
    this.#options.environment.logger.error('a poll of /next failed', { error: error.message, retry });
    if (retry) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * broken));
    return retry;
  }

  async #serve(invocation: Invocation): Promise<void> {
    const { inFlight, invocationHandler, concurrency } = this.#options;
    inFlight.add(invocation);
    // Invocations side by side cannot share a variable: they have context.traceId.
    if (concurrency === 1) this.#setTraceId(invocation.traceId);
    try {
      await invocationHandler.answer(invocation);
    } finally {
      invocation.context.finish();
      inFlight.remove(invocation);
    }
  }
}
