import { randomUUID } from 'node:crypto';
import { collectResult, functionError } from '../../../aws/function-result.ts';
import { localArn } from '../../../aws/invoke-api.ts';
import { type Abortable, Context, type Logger } from '../../../core/index.ts';
import type { Invokable } from '../options.ts';
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
  readonly payload: string | Uint8Array;
}

/** One run of a function. Like Lambda's, it goes on when its caller hangs up; a drain waits for it. */
export class InvokeCall implements Abortable {
  readonly #handler: RequestHandler;
  readonly #init: InvocationInit;
  readonly #context: Context;

  constructor(handler: RequestHandler, init: InvocationInit) {
    const { requestTimeoutMs, metrics } = handler.options;
    this.#handler = handler;
    this.#init = init;
    this.#context = new Context({
      requestId: randomUUID(),
      functionName: init.name,
      timeoutMs: requestTimeoutMs,
      traceId: init.traceId,
      logger: init.logger,
      metrics,
      event: init.event,
      lambda: detailsOf(init),
    });
  }

  get requestId(): string {
    return this.#context.requestId;
  }

  abort(reason: unknown): void {
    this.#context.interrupt(reason);
  }

  /** Never rejects: what the function throws is an outcome too. */
  async run(): Promise<Outcome> {
    this.#handler.running.add(this);
    try {
      const { invokable, event } = this.#init;
      return { failed: false, payload: await collectResult(await invokable(event, this.#context)) };
    } catch (error) {
      this.#context.logger.error('function failed', { function: this.#init.name, error });
      return { failed: true, payload: JSON.stringify(functionError(error, this.requestId)) };
    } finally {
      this.#handler.running.delete(this);
      this.#context.finish();
    }
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
