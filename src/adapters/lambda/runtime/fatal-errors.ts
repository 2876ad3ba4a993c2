import { RuntimeFailure } from '../../../aws/function-result.ts';
import { boundOutput, type Logger } from '../../../core/index.ts';
import { type RuntimeClient, settleReply } from '../runtime-api/client.ts';
import { encodeError, IN_TRAILERS } from '../runtime-api/payload.ts';
import type { InFlight } from './in-flight.ts';
import type { Invocation } from './invocation.ts';
import type { Loop } from './loop.ts';

/** How long last words may take. */
const LAST_WORDS_MS = 1000;

/** Sees to it that no end of the process is silent: what was under way is told to the log and the API. */
export class FatalErrorHandler {
  readonly #logger: Logger;
  readonly #client: RuntimeClient;
  readonly #inFlight: InFlight;
  readonly #reportInit: (error: unknown) => Promise<void>;
  #loop: Loop | undefined;
  /** The process ends by our own decision. */
  #ending = false;

  constructor(
    logger: Logger,
    client: RuntimeClient,
    inFlight: InFlight,
    reportInit: (error: unknown) => Promise<void>,
  ) {
    this.#logger = logger;
    this.#client = client;
    this.#inFlight = inFlight;
    this.#reportInit = reportInit;
  }

  install(): void {
    // Unhandled rejections come here too, unless the service handles them itself.
    process.on('uncaughtException', (error, origin) => void this.#uncaught(error, origin));
    process.on('exit', (code) => this.#exiting(code));
  }

  /** From here on failures are no init errors. */
  started(loop: Loop): void {
    this.#loop = loop;
  }

  /** Ends the process on purpose. */
  end(code: number): never {
    this.#ending = true;
    process.exit(code);
  }

  /** The process is about to end by itself, as it should. */
  expectEnd(): void {
    this.#ending = true;
  }

  /** The start or the loop has failed. */
  async fatal(error: unknown): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    boundOutput(process.stderr);
    if (this.#loop === undefined) await this.#failInit(error);
    else this.#logger.fatal('the runtime loop ended', { error });
    this.#loop?.stop();
    await this.#failAll(error);
    await within(LAST_WORDS_MS, flushed()).catch(() => {});
    this.end(1);
  }

  async #failInit(error: unknown): Promise<void> {
    this.#logger.fatal('the function could not start', { error });
    try {
      await within(LAST_WORDS_MS, this.#reportInit(error));
    } catch (problem) {
      this.#logger.error('/init/error could not be told', { error: problem });
    }
  }

  async #uncaught(error: unknown, origin: string): Promise<void> {
    // A second one while the first is told changes nothing.
    if (this.#ending) return this.#logger.fatal(origin, { error });
    this.#ending = true;
    boundOutput(process.stderr);
    const underWay = [...this.#inFlight].map((invocation) => invocation.requestId);
    // Whose code it was is not known for every kind of error; then it was likely the one under way.
    const requestId = this.#inFlight.current?.requestId ?? underWay[0];
    this.#logger.fatal(origin, { requestId, underWay, error });
    if (this.#loop === undefined) await this.#failInit(error);
    this.#loop?.stop();
    await this.#failAll(error);
    await within(LAST_WORDS_MS, flushed()).catch(() => {});
    this.end(1);
  }

  /** Fails what is not answered yet, and waits for replies that are on their way. */
  async #failAll(error: unknown): Promise<void> {
    const told = [...this.#inFlight].map((invocation) => this.#fail(invocation, error));
    const all = Promise.all([...told, this.#inFlight.idle(LAST_WORDS_MS)]);
    await within(LAST_WORDS_MS, all).catch(() => {});
  }

  async #fail(invocation: Invocation, error: unknown): Promise<void> {
    invocation.context.abort(error);
    if (invocation.claim()) {
      const request = this.#client.errorRequest(invocation, encodeError(error));
      await settleReply(invocation.connection.exchange(request));
      this.#inFlight.remove(invocation);
    } else {
      invocation.cut?.(encodeError(error, IN_TRAILERS));
    }
  }

  /** `process.exit` by a handler, or an event loop that ran dry: only synchronous work is left. */
  #exiting(code: number): void {
    if (this.#ending) return;
    const what = this.#loop === undefined ? 'while the function started' : 'while the function ran';
    const failure = new RuntimeFailure('Runtime.ExitError', `the process ended with code ${code} ${what}`);
    if (this.#inFlight.size === 0) this.#logger.fatal(failure.message);
    for (const invocation of this.#inFlight) {
      this.#logger.fatal(failure.message, { requestId: invocation.requestId });
      const report = encodeError(failure);
      // A small write reaches the kernel at once, even now.
      if (invocation.claim()) invocation.connection.writeNow(this.#client.errorRequest(invocation, report));
    }
    if (code === 0) process.exitCode = 1;
  }
}

/** A slow reader leaves log lines in our memory, and `process.exit` would lose them. */
function flushed(): Promise<void> {
  return new Promise((resolve) => process.stdout.write('', () => resolve()));
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
