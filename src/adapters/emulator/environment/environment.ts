import { singleHeader } from '../../../aws/invoke-api.ts';
import { RESPONSE_LIMIT } from '../../../aws/limits.ts';
import type { EmulatorOptions } from '../options.ts';
import { failureOutcome, timeoutOutcome } from './failure.ts';
import type { EmulatedInvocation, Outcome } from './invocation.ts';
import { EnvironmentLog, type Tail } from './log.ts';
import { type Posted, readPosted, TOO_LARGE } from './posted-result.ts';
import { ACCEPTED, type Poll, type Post, type RuntimeApiReply, refusal } from './runtime-server.ts';
import { type InitFailure, logRead, Sandbox } from './sandbox.ts';

export interface EnvironmentHooks {
  /** It may take an invocation that it could not take before. */
  changed(): void;
  /** It is over; `failure` when it never was ready. */
  gone(failure: InitFailure | undefined): void;
}

interface Running {
  readonly invocation: EmulatedInvocation;
  readonly tail: Tail;
  readonly timer: NodeJS.Timeout;
  /** By the clock of `performance.now`. */
  readonly started: number;
  answering: boolean;
}

/**
 * One execution environment and what runs in it. It goes from `starting` (until the first /next) to `ready`,
 * then to `retiring` (takes no more), and is gone when its process is.
 */
export class ExecutionEnvironment {
  readonly #options: EmulatorOptions;
  readonly #hooks: EnvironmentHooks;
  readonly #log: EnvironmentLog;
  readonly #sandbox: Sandbox;
  readonly #polls: Poll[] = [];
  readonly #running = new Map<string, Running>();
  readonly #over: Promise<void>;
  #phase: 'starting' | 'ready' | 'retiring' = 'starting';
  /** Answered, but the log of it is still being read. */
  #finishing = 0;
  #killWhenIdle = false;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: EmulatorOptions, functionName: string, hooks: EnvironmentHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.#log = new EnvironmentLog(options.output);
    this.#sandbox = new Sandbox(options, functionName, this.#log, {
      next: (poll) => this.#next(poll),
      post: (post) => this.#post(post),
    });
    this.#over = this.#end();
  }

  /** How many invocations it can take now. */
  get capacity(): number {
    return this.#phase === 'ready' ? Math.min(this.#polls.length, this.openSlots - this.#finishing) : 0;
  }

  /** How many invocations it can take now or soon. */
  get openSlots(): number {
    return this.#phase === 'retiring' ? 0 : this.#options.perEnvironment - this.#running.size;
  }

  /** Hands an invocation to the process; the deadline counts from here. Needs `capacity`. */
  give(invocation: EmulatedInvocation): void {
    const poll = this.#polls.shift()!;
    const { timeoutMs } = this.#options;
    const timer = setTimeout(() => this.#timeOut(running), timeoutMs);
    const tail = this.#log.begin(invocation.requestId);
    const running: Running = { invocation, timer, tail, started: performance.now(), answering: false };
    this.#running.set(invocation.requestId, running);
    poll.give(invocation.headers(Date.now() + timeoutMs), invocation.init.payload);
  }

  /** SIGTERM, which lets it answer what runs; SIGKILL after the grace. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#phase = 'retiring';
    this.#sandbox.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), this.#options.graceMs);
    await this.#over;
    clearTimeout(timer);
  }

  kill(): void {
    this.#phase = 'retiring';
    this.#sandbox.kill('SIGKILL');
  }

  async #end(): Promise<void> {
    const { failure, init } = await this.#sandbox.ended;
    clearTimeout(this.#idleTimer);
    this.#phase = 'retiring';
    const left = [...this.#running.values()];
    const fail = (running: Running) =>
      this.#finish(running, failureOutcome(running.invocation.requestId, failure));
    await Promise.all(left.map(fail));
    this.#sandbox.close();
    this.#hooks.gone(init);
  }

  #next(poll: Poll): void {
    if (this.#running.size >= this.#options.perEnvironment) {
      poll.refuse(403, 'InvalidStateTransition', `${this.#running.size} invocations are not answered yet`);
      return;
    }
    clearTimeout(this.#idleTimer);
    this.#polls.push(poll);
    poll.onClose(() => {
      const index = this.#polls.indexOf(poll);
      if (index >= 0) this.#polls.splice(index, 1);
    });
    if (this.#phase === 'starting') {
      this.#sandbox.ready();
      this.#phase = 'ready';
    }
    this.#hooks.changed();
  }

  async #post(post: Post): Promise<RuntimeApiReply> {
    const running = this.#running.get(post.requestId);
    const echoed = singleHeader(post.request.headers, 'lambda-runtime-invocation-id');
    const known = running && (echoed === undefined || echoed === running.invocation.invocationId);
    if (!known || running.answering) {
      post.request.resume();
      if (!known) return refusal(400, 'InvalidRequestID', 'Invalid request ID');
      return refusal(403, 'InvalidStateTransition', 'it is being answered already');
    }
    running.answering = true;
    const wanted = () => this.#isRunning(running);
    const gathers = () => tellOfGathering(this.#options, running.invocation.init.functionName);
    const posted = await readPosted(post, running.invocation, wanted, gathers);
    running.answering = false;
    return this.#settle(running, posted);
  }

  #settle(running: Running, posted: Posted): RuntimeApiReply {
    if (!this.#isRunning(running)) return refusal(400, 'InvalidRequestID', 'it has timed out');
    if (posted === 'cut') return refusal(400, 'TruncatedBody', 'the body is not whole');
    // A busy machine may bring the answer before the timer: the deadline counts all the same.
    if (performance.now() - running.started >= this.#options.timeoutMs) {
      this.#timeOut(running);
      return refusal(400, 'InvalidRequestID', 'it has timed out');
    }
    this.#expectNext(running);
    void this.#finish(running, posted);
    if (posted !== TOO_LARGE) return ACCEPTED;
    const message = `Exceeded maximum allowed payload size (${RESPONSE_LIMIT} bytes).`;
    return refusal(413, 'RequestEntityTooLarge', message);
  }

  #isRunning(running: Running): boolean {
    return this.#running.get(running.invocation.requestId) === running;
  }

  /** For Lambda an invocation is over when the runtime asks for the next: until then the deadline holds. */
  #expectNext({ started }: Running): void {
    clearTimeout(this.#idleTimer);
    const left = started + this.#options.timeoutMs - performance.now();
    this.#idleTimer = setTimeout(() => this.#retire(), left);
  }

  /** Lambda kills an environment that was late. Where others run in it, they go on, and it ends after them. */
  #retire(): void {
    this.#phase = 'retiring';
    this.#killWhenIdle = true;
    if (this.#running.size === 0) this.kill();
  }

  #timeOut(running: Running): void {
    const { requestId } = running.invocation;
    const { timeoutMs } = this.#options;
    this.#running.delete(requestId);
    this.#retire();
    const read = this.#running.size === 0 ? this.#sandbox.logEnded() : logRead(this.#log);
    void read.then(() => {
      const now = new Date().toISOString();
      const seconds = (timeoutMs / 1000).toFixed(2);
      this.#log.note(running.tail, `${now} ${requestId} Task timed out after ${seconds} seconds\n`);
      return this.#finish(running, timeoutOutcome(requestId, timeoutMs), 'timeout');
    });
  }

  async #finish(running: Running, result: Omit<Outcome, 'log'>, status?: 'timeout'): Promise<void> {
    const { invocation, tail, timer, started } = running;
    const durationMs = performance.now() - started;
    clearTimeout(timer);
    // From here on a second answer is refused, while the next event waits until the log is read.
    this.#running.delete(invocation.requestId);
    this.#finishing += 1;
    await logRead(this.#log);
    this.#finishing -= 1;
    const log = this.#log.end(tail, {
      ...{ requestId: invocation.requestId, durationMs, initMs: this.#sandbox.takeInitMs() },
      memoryMB: this.#options.memoryMB,
      peakMemoryMB: this.#sandbox.peakMemoryMB(),
      status: status ?? (result.failed ? 'error' : 'success'),
      errorType: result.errorType,
    });
    invocation.settle({ ...result, log });
    if (this.#killWhenIdle && this.#running.size === 0) this.kill();
    this.#hooks.changed();
  }
}

/** Emulators that have said it. */
const told = new WeakSet<EmulatorOptions>();

function tellOfGathering(options: EmulatorOptions, name: string): void {
  if (told.has(options)) return;
  told.add(options);
  options.logger.warn(
    `function ${name} streams its response, which Invoke gives as a whole: call InvokeWithResponseStream, or --httpPort for the routes`,
  );
}
