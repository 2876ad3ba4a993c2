import { randomBytes, randomUUID } from 'node:crypto';

/** What a caller gets of an invocation. */
export interface Outcome {
  /** A function error: the call itself is a 200 all the same. */
  readonly failed: boolean;
  /** Of a failure, as the runtime posted it. */
  readonly errorType?: string;
  /** The bytes that the runtime posted; of a stream that went to `Sink`, what is left. */
  readonly payload: Buffer;
  readonly contentType: string;
  /** The end of the environment's log during the invocation. */
  readonly log: Buffer;
}

/** Takes a streamed response as it comes. */
export interface Sink {
  begin(contentType: string): void;
  /** Resolves when more may come. */
  chunk(data: Buffer): Promise<void>;
}

export interface InvocationInit {
  readonly functionName: string;
  /** As the caller sees it. */
  readonly arn: string;
  readonly payload: Uint8Array;
  /** Default: a new one. */
  readonly requestId?: string;
  /** JSON */
  readonly clientContext?: string | undefined;
  readonly traceId?: string | undefined;
  readonly tenantId?: string | undefined;
  /** Without one, a streamed response is collected. */
  readonly sink?: Sink;
}

/** One event on its way through one environment; it is settled exactly once. */
export class EmulatedInvocation {
  readonly requestId: string;
  /** Lambda-Runtime-Invocation-Id: a retry has the request id of the first attempt, but not this. */
  readonly invocationId = randomUUID();
  readonly init: InvocationInit;
  readonly outcome: Promise<Outcome>;
  readonly #settle: PromiseWithResolvers<Outcome>;
  #settled = false;

  constructor(init: InvocationInit) {
    this.init = init;
    this.requestId = init.requestId ?? randomUUID();
    this.#settle = Promise.withResolvers();
    this.outcome = this.#settle.promise;
  }

  settle(outcome: Outcome): void {
    this.#once();
    this.#settle.resolve(outcome);
  }

  /** It never reached a function. */
  refuse(error: Error): void {
    this.#once();
    this.#settle.reject(error);
  }

  #once(): void {
    if (this.#settled) throw new Error(`invocation ${this.requestId} was settled twice`);
    this.#settled = true;
  }

  /** Headers of the answer to /next. @param deadline epoch milliseconds */
  headers(deadline: number): Record<string, string> {
    const { arn, clientContext, traceId, tenantId } = this.init;
    return {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': this.requestId,
      'Lambda-Runtime-Invocation-Id': this.invocationId,
      'Lambda-Runtime-Deadline-Ms': String(deadline),
      'Lambda-Runtime-Invoked-Function-Arn': arn,
      'Lambda-Runtime-Trace-Id': traceId ?? newTraceId(),
      ...(clientContext === undefined ? {} : { 'Lambda-Runtime-Client-Context': headerText(clientContext) }),
      ...(tenantId === undefined ? {} : { 'Lambda-Runtime-Aws-Tenant-Id': tenantId }),
    };
  }
}

/** UTF-8 bytes, which is what runtimes read, as node:http takes them; JSON may hold a bare DEL. */
function headerText(json: string): string {
  return Buffer.from(json.replaceAll('\x7f', '\\u007f')).toString('latin1');
}

function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const random = randomBytes(20).toString('hex');
  return `Root=1-${seconds}-${random.slice(0, 24)};Parent=${random.slice(24)};Sampled=0`;
}
