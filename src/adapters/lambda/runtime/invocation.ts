import { Context, type LambdaDetails, type Logger, type Metrics } from '../../../core/index.ts';
import type { ReplyTo } from '../runtime-api/client.ts';
import type { Connection } from '../runtime-api/connection.ts';
import type { ErrorReport } from '../runtime-api/payload.ts';
import type { HttpResponse } from '../runtime-api/response-parser.ts';

/** What all invocations of one process share. */
export interface FunctionInfo {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly functionName: string;
  readonly functionVersion: string | undefined;
  readonly memoryLimitInMB: number | undefined;
  readonly logGroupName: string | undefined;
  readonly logStreamName: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads what Lambda sets; each may be missing. */
export function readFunctionInfo(
  env: Env,
  logger: Logger,
  metrics: Metrics,
  serviceName: string,
): FunctionInfo {
  const memory = Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE || Number.NaN);
  return {
    logger,
    metrics,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME || serviceName,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: Number.isFinite(memory) ? memory : undefined,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

/** One event that /next handed out. */
export class Invocation implements ReplyTo {
  readonly requestId: string;
  readonly invocationId: string | undefined;
  readonly traceId: string | undefined;
  readonly tenantId: string | undefined;
  readonly connection: Connection;
  readonly context: Context;
  readonly event: unknown;
  /** Why the event is no JSON. */
  readonly eventError: Error | undefined;
  /** Set while a response is streaming: ends it with an error. */
  cut: ((report: ErrorReport) => void) | undefined;
  #claimed = false;

  constructor({ headers, body }: HttpResponse, connection: Connection, environment: FunctionInfo) {
    this.requestId = headers['lambda-runtime-aws-request-id']!;
    this.invocationId = headers['lambda-runtime-invocation-id'];
    this.traceId = headers['lambda-runtime-trace-id'];
    this.tenantId = headers['lambda-runtime-aws-tenant-id'];
    this.connection = connection;
    try {
      // A byte order mark is taken, as by every other way in.
      this.event = JSON.parse(body.charCodeAt(0) === 0xfeff ? body.slice(1) : body);
    } catch (error) {
      this.eventError = error as Error;
    }
    const deadline = Number(headers['lambda-runtime-deadline-ms'] || Number.NaN);
    this.context = new Context({
      requestId: this.requestId,
      functionName: environment.functionName,
      deadline: Number.isFinite(deadline) ? deadline : undefined,
      traceId: this.traceId,
      logger: environment.logger,
      metrics: environment.metrics,
      event: this.event,
      lambda: new Details(headers, environment),
    });
  }

  /** Whether the caller may answer: true once, so that no invocation is ever answered twice. */
  claim(): boolean {
    const first = !this.#claimed;
    this.#claimed = true;
    return first;
  }
}

class Details implements LambdaDetails {
  readonly #headers: HttpResponse['headers'];
  readonly #environment: FunctionInfo;

  constructor(headers: HttpResponse['headers'], environment: FunctionInfo) {
    this.#headers = headers;
    this.#environment = environment;
  }

  get invokedFunctionArn(): string | undefined {
    return this.#headers['lambda-runtime-invoked-function-arn'];
  }

  get functionVersion(): string | undefined {
    return this.#environment.functionVersion;
  }

  get memoryLimitInMB(): number | undefined {
    return this.#environment.memoryLimitInMB;
  }

  get logGroupName(): string | undefined {
    return this.#environment.logGroupName;
  }

  get logStreamName(): string | undefined {
    return this.#environment.logStreamName;
  }

  get clientContext(): unknown {
    return parseHeader(this.#headers['lambda-runtime-client-context']);
  }

  get identity(): unknown {
    return parseHeader(this.#headers['lambda-runtime-cognito-identity']);
  }

  get tenantId(): string | undefined {
    return this.#headers['lambda-runtime-aws-tenant-id'];
  }

  /** As plain data, so that a handler that returns it answers as through the Invoke API of the server. */
  toJSON(): LambdaDetails {
    const { invokedFunctionArn, functionVersion, memoryLimitInMB, logGroupName, logStreamName } = this;
    const { clientContext, identity, tenantId } = this;
    const about = { invokedFunctionArn, functionVersion, memoryLimitInMB, logGroupName, logStreamName };
    return { ...about, clientContext, identity, tenantId };
  }
}

/** JSON of a header whose bytes are UTF-8; broken JSON is `undefined`, the caller's mistake fails no invocation. */
function parseHeader(value: string | undefined): unknown {
  if (value === undefined || value === '') return undefined;
  try {
    return JSON.parse(Buffer.from(value, 'latin1').toString());
  } catch {
    return undefined;
  }
}
