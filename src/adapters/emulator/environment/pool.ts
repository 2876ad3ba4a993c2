import { InvokeApiError, tooMany } from '../../../aws/invoke-api.ts';
import type { EmulatorOptions } from '../options.ts';
import { ExecutionEnvironment } from './environment.ts';
import type { EmulatedInvocation } from './invocation.ts';
import type { InitFailure } from './sandbox.ts';

/** The environments of one function, started on demand, and the invocations that wait for one. */
export class Pool {
  readonly #options: EmulatorOptions;
  readonly #name: string;
  readonly #environments = new Set<ExecutionEnvironment>();
  readonly #waiting: EmulatedInvocation[] = [];
  #stopping = false;

  constructor(options: EmulatorOptions, functionName: string) {
    this.#options = options;
    this.#name = functionName;
  }

  /**
   * Runs an invocation as soon as an environment is free; its `outcome` is settled in any case.
   * @param place whether it has its place in the queue already, or bounds of its own
   * @throws InvokeApiError 429 when too many wait
   */
  submit(invocation: EmulatedInvocation, place = false): void {
    if (this.#stopping) throw stopping();
    this.#waiting.push(invocation);
    this.#dispatch();
    if (place || this.#overdue <= this.#options.queue) return;
    this.#waiting.splice(this.#waiting.indexOf(invocation), 1);
    throw tooMany('ReservedFunctionConcurrentInvocationLimitExceeded');
  }

  /** Ends all environments in order; what waits for one is refused. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const invocation of this.#waiting.splice(0)) invocation.refuse(stopping());
    await Promise.all([...this.#environments].map((environment) => environment.stop()));
  }

  /** Without grace. */
  kill(): void {
    for (const environment of this.#environments) environment.kill();
  }

  /** Those that wait although no environment has, or will soon have, a place for them. */
  get #overdue(): number {
    let open = 0;
    for (const environment of this.#environments) open += environment.openSlots;
    return this.#waiting.length - open;
  }

  #dispatch(): void {
    for (const environment of this.#environments) {
      while (this.#waiting.length > 0 && environment.capacity > 0) environment.give(this.#waiting.shift()!);
    }
    while (this.#overdue > 0 && this.#environments.size < this.#options.concurrency) this.#start();
  }

  #start(): void {
    const environment: ExecutionEnvironment = new ExecutionEnvironment(this.#options, this.#name, {
      changed: () => this.#dispatch(),
      gone: (failure) => {
        this.#environments.delete(environment);
        if (failure) this.#failStart(failure);
        this.#dispatch();
      },
    });
    this.#environments.add(environment);
  }

  /** As many as it was started for learn why it did not start; the others get another environment. */
  #failStart(failure: InitFailure): void {
    for (const invocation of this.#waiting.splice(0, this.#options.perEnvironment)) {
      invocation.settle(failure(invocation.requestId));
    }
  }
}

function stopping(): InvokeApiError {
  return new InvokeApiError(500, 'ServiceException', 'The emulator is stopping.');
}
