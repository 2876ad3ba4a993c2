import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { singleHeader } from '../../../aws/invoke-api.ts';
import { RESPONSE_LIMIT } from '../../../aws/limits.ts';
import type { EmulatorOptions } from '../options.ts';
import { Child, type Exit } from './child.ts';
import { childEnvironment } from './child-env.ts';
import { exitFailure, type Failure, failureOutcome, initTimeout } from './failure.ts';
import type { Outcome } from './invocation.ts';
import type { EnvironmentLog } from './log.ts';
import {
  ACCEPTED,
  type RuntimeApiReply,
  type RuntimeCalls,
  RuntimeServer,
  readBody,
  refusal,
} from './runtime-server.ts';

/** Why a start failed, as the outcome of whichever invocation it hits. */
export type InitFailure = (requestId: string) => Outcome;

/** How a process ended; `init` when it never was ready. */
export interface End {
  readonly failure: Failure;
  readonly init: InitFailure | undefined;
}

/** A process in Lambda mode and its Runtime API, from the start to the end of both. */
export class Sandbox {
  readonly #options: EmulatorOptions;
  readonly #log: EnvironmentLog;
  readonly #server: RuntimeServer;
  readonly #born = performance.now();
  #child: Child | undefined;
  #cancelled = false;
  #ready = false;
  #initMs: number | undefined;
  #initFailure: InitFailure | undefined;
  #initTimer: NodeJS.Timeout | undefined;
  /** Settles when the process has ended and all that it sent has been dealt with. */
  readonly ended: Promise<End>;

  constructor(
    options: EmulatorOptions,
    functionName: string,
    log: EnvironmentLog,
    calls: Omit<RuntimeCalls, 'initError'>,
  ) {
    this.#options = options;
    this.#log = log;
    this.#server = new RuntimeServer({ ...calls, initError: (request) => this.#takeInitError(request) });
    this.ended = this.#live(functionName);
  }

  /** Called at the first /next. */
  ready(): void {
    clearTimeout(this.#initTimer);
    this.#initMs = performance.now() - this.#born;
    this.#ready = true;
  }

  /** How long the start took; told once, for it is billed once. */
  takeInitMs(): number | undefined {
    const initMs = this.#initMs;
    this.#initMs = undefined;
    return initMs;
  }

  peakMemoryMB(): number | undefined {
    return this.#child?.peakMemoryMB();
  }

  kill(signal: NodeJS.Signals): void {
    this.#cancelled = true;
    this.#child?.kill(signal);
  }

  /** Settles when the process has ended and its log has been read. */
  async logEnded(): Promise<void> {
    await this.#child?.exited;
  }

  /** No more connections; call it when all is told. */
  close(): void {
    this.#server.close();
  }

  async #live(functionName: string): Promise<End> {
    const exit = await this.#run(functionName);
    clearTimeout(this.#initTimer);
    await this.#server.drained();
    this.#log.close();
    const failure = exitFailure(exit);
    const log = this.#log.init;
    const exited: InitFailure = (requestId) => ({ ...failureOutcome(requestId, failure), log });
    return { failure, init: this.#ready ? undefined : (this.#initFailure ?? exited) };
  }

  async #run(functionName: string): Promise<Exit> {
    try {
      await this.#server.listen();
      if (this.#cancelled) return { code: null, signal: 'SIGTERM' };
      const env = childEnvironment(this.#options, functionName, this.#server.address);
      this.#child = new Child(this.#options.command, env, (data) => this.#log.output(data));
    } catch (error) {
      return { code: null, signal: null, error: error as Error };
    }
    this.#initTimer = setTimeout(() => this.#initTimedOut(), this.#options.initTimeoutMs);
    return this.#child.exited;
  }

  #initTimedOut(): void {
    const failure = initTimeout(this.#options.initTimeoutMs);
    const log = this.#log.init;
    this.#initFailure ??= (requestId) => ({ ...failureOutcome(requestId, failure), log });
    this.kill('SIGKILL');
  }

  async #takeInitError(request: IncomingMessage): Promise<RuntimeApiReply> {
    const { body, over, cut } = await readBody(request, RESPONSE_LIMIT);
    if (this.#ready) return refusal(403, 'InvalidStateTransition', 'the start is over');
    if (over) return refusal(413, 'RequestEntityTooLarge', 'the error is too large');
    if (cut) return refusal(400, 'TruncatedBody', 'the error is not whole');
    const errorType = singleHeader(request.headers, 'lambda-runtime-function-error-type') ?? 'Unhandled';
    await logRead(this.#log);
    const log = this.#log.init;
    const result = { failed: true, errorType, payload: body, contentType: 'application/json', log };
    this.#initFailure ??= () => result;
    return ACCEPTED;
  }
}

/** While more comes, the log is read on until nothing came for so long. */
const QUIET_MS = 3;

/**
 * What a process wrote before it posted is mostly there already, as its writes are synchronous: one whole turn of the
 * event loop reads it. A process that wrote faster than it was read still sends the rest.
 */
export async function logRead(log: EnvironmentLog): Promise<void> {
  let before = log.received;
  await turn();
  await turn();
  while (log.received !== before) {
    before = log.received;
    await sleep(QUIET_MS);
  }
}
