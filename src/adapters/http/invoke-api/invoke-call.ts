import { randomUUID } from 'node:crypto';
import { localArn, RESPONSE_LIMIT, RESPONSE_TOO_LARGE, timedOut } from '../../../aws/invoke-api.ts';
import { Context, type FunctionErrorPayload, type Logger, toFunctionError } from '../../../core/index.ts';
import type { Invokable } from '../options.ts';
import type { Abortable } from '../pending-reply.ts';
import type { RequestHandler } from '../request-handler.ts';

export interface InvocationInit {
  readonly name: string;
  readonly invokable: Invokable;
  readonly event: unknown;
  readonly clientContext: unknown;
  readonly traceId: string | undefined;
  readonly tenantId: string | undefined;
  readonly logger: Logger;
}

/** Payload of an invocation, and whether it is a function error. */
export interface Outcome {
  readonly failed: boolean;
  readonly payload: string;
}

/** One run of a function. Like Lambda's, it goes on when its caller hangs up; a drain waits for it. */
export class InvokeCall implements Abortable {
  readonly #handler: RequestHandler;
  readonly #init: InvocationInit;
  readonly #context: Context;

  constructor(handler: RequestHandler, init: InvocationInit) {
    const { requestTimeoutMs } = handler.options;
    this.#handler = handler;
    this.#init = init;
    this.#context = new Context({
      requestId: randomUUID(),
      functionName: init.name,
      deadline: requestTimeoutMs === undefined ? undefined : Date.now() + requestTimeoutMs,
      traceId: init.traceId,
      logger: init.logger,
      event: init.event,
      lambda: detailsOf(init),
    });
  }

  get requestId(): string {
    return this.#context.requestId;
  }

  abort(reason: unknown): void {
    this.#context.abort(reason);
  }

  /** Never rejects: what the function throws is an outcome too. */
  async run(): Promise<Outcome> {
    this.#handler.running.add(this);
    try {
      const { invokable, event } = this.#init;
      return succeed(await this.#inTime(async () => invokable(event, this.#context)));
    } catch (error) {
      this.#context.logger.error('function failed', { function: this.#init.name, error });
      return { failed: true, payload: JSON.stringify(toFunctionError(error)) };
    } finally {
      this.#handler.running.delete(this);
      this.#context.finish();
    }
  }

  async #inTime(work: () => Promise<unknown>): Promise<unknown> {
    const ms = this.#handler.options.requestTimeoutMs;
    if (ms === undefined) return work();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const { type, message } = timedOut(this.requestId, ms);
      const error = new NamedError(type, message);
      late.reject(error);
      this.#context.abort(error);
    }, ms);
    try {
      return await Promise.race([work(), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function succeed(result: unknown): Outcome {
  const payload = JSON.stringify(result) ?? 'null';
  if (Buffer.byteLength(payload) > RESPONSE_LIMIT) {
    throw new NamedError(RESPONSE_TOO_LARGE.type, RESPONSE_TOO_LARGE.message);
  }
  return { failed: false, payload };
}

/** Its name becomes the payload's `errorType`. */
class NamedError extends Error {
  constructor(name: FunctionErrorPayload['errorType'], message: string) {
    super(message);
    this.name = name;
  }
}

function detailsOf({ name, clientContext, tenantId }: InvocationInit) {
  return {
    invokedFunctionArn: localArn(name, process.env),
    functionVersion: '$LATEST',
    memoryLimitInMB: undefined,
    logGroupName: undefined,
    logStreamName: undefined,
    clientContext,
    identity: undefined,
    tenantId,
  };
}
