/** Calls between the functions of one service, `context.invoke`. */
import { ConfigError } from './errors.ts';
import { toJsonText } from './json.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** Who calls: its context. */
export interface Caller {
  readonly traceId: string | undefined;
  /** Of the process, without the request id of this invocation. */
  readonly baseLogger: Logger;
  readonly metrics: Metrics | undefined;
}

/** A call on its way. */
export interface SiblingCall {
  readonly name: string;
  /** JSON text. */
  readonly payload: string;
  /** Whether the caller wants the result, or only knows that the call was taken. */
  readonly wait: boolean;
  readonly caller: Caller;
}

/**
 * Takes a call to where the function runs.
 * @param here runs it in this process
 * @returns its result, or `{ requestId }` where nobody waits
 */
export type SiblingTransport = (call: SiblingCall, here: () => Promise<unknown>) => Promise<unknown>;

/** Work that a drain waits for and may abort. */
export interface Abortable {
  abort(reason: unknown): void;
  /** The drain has begun. */
  drain?(): void;
}

/** `context.invoke` of a handler that has said which functions it invokes. */
export type BoundInvoke = (name: string, payload: unknown, wait: boolean, caller: Caller) => Promise<unknown>;

/** The functions of a service as others of it call them; in this process unless an adapter sets a transport. */
export class Siblings {
  transport: SiblingTransport | undefined;
  /** What runs in this process and nobody waits for, as far as it was called by `context.invoke`. */
  readonly running: Set<Abortable> = new Set();
  readonly #runHere: (call: SiblingCall) => Promise<unknown>;

  constructor(runHere: (call: SiblingCall) => Promise<unknown>) {
    this.#runHere = runHere;
  }

  bind(invokes: readonly string[]): BoundInvoke {
    return async (name, payload, wait, caller) => {
      if (!invokes.includes(name)) throw undeclared(name);
      const call = { name, payload: toJsonText(payload ?? null), wait, caller };
      const here = () => this.#runHere(call);
      return this.transport ? this.transport(call, here) : here();
    };
  }
}

/** Locally nobody would miss the declaration, but in Lambda the permission. */
export function undeclared(name: string): ConfigError {
  return new ConfigError(
    `context.invoke: the handler has to declare ${name} by its option invokes: ['${name}']`,
  );
}

/** The result of a function from its payload: what a stream gave may be no JSON, and is its text then. */
export function resultOf(payload: string): unknown {
  try {
    return JSON.parse(payload || 'null');
  } catch {
    return payload;
  }
}
