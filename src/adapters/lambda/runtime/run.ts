import { connectSiblings } from '../../../aws/siblings.ts';
import {
  boundOutput,
  createLogger,
  createMetrics,
  type Logger,
  logLevelFrom,
  type Metrics,
  type Service,
} from '../../../core/index.ts';
import { type Address, parseAddress } from '../runtime-api/address.ts';
import { describe, RuntimeClient } from '../runtime-api/client.ts';
import { Connection } from '../runtime-api/connection.ts';
import { encodeError } from '../runtime-api/payload.ts';
import { patchConsole } from './console.ts';
import { FatalErrorHandler } from './fatal-errors.ts';
import { InFlight } from './in-flight.ts';
import { readFunctionInfo } from './invocation.ts';
import { InvocationHandler } from './invocation-handler.ts';
import { Loop } from './loop.ts';
import { readSettings, type Settings } from './settings.ts';
import { drainOnSigterm } from './shutdown.ts';

/**
 * Runs the process as a Lambda function: loads the service, polls the Runtime API at
 * AWS_LAMBDA_RUNTIME_API and answers until the process is stopped. Ends the process non-zero when the
 * start fails (after telling /init/error), when /next fails, and after an uncaught error.
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { runLambda } from 'amphi/lambda';
 *
 * const registry = createRegistry({ name: 'math' });
 * registry.function('double', (event: { n: number }) => {
 *   console.log(event.n * 2); // 42
 *   return event.n * 2;
 * });
 *
 * // What the executable does in Lambda: AWS_LAMBDA_RUNTIME_API and _HANDLER are set there.
 * await runLambda(async () => registry.freeze(), process.env);
 * ```
 */
export async function runLambda(load: () => Promise<Service>, env: NodeJS.ProcessEnv): Promise<void> {
  let problem = '';
  const logger = createLogger({
    level: logLevelFrom(env, (text) => {
      problem = text;
    }),
    write: writeLine,
  });
  if (problem) logger.warn(problem);
  let address: Address;
  try {
    address = parseAddress(env.AWS_LAMBDA_RUNTIME_API);
  } catch (error) {
    logger.fatal((error as Error).message);
    return process.exit(1);
  }
  await new Runtime(address, logger, env).run(load);
}

// Not before the first line: the stream costs a start 2 ms.
const writeLine = (line: string) => void boundOutput(process.stdout).write(line);

function metricsOf({ name }: Service, env: NodeJS.ProcessEnv): Metrics {
  return createMetrics({ namespace: env.AMPHI_METRICS_NAMESPACE || name, service: name, write: writeLine });
}

interface Started {
  readonly loop: Loop;
  readonly extension: Connection | undefined;
  readonly service: Service;
}

class Runtime {
  readonly #address: Address;
  readonly #logger: Logger;
  readonly #env: NodeJS.ProcessEnv;
  readonly #client: RuntimeClient;
  readonly #connection: Connection;
  readonly #inFlight = new InFlight();
  readonly #fatalErrors: FatalErrorHandler;

  constructor(address: Address, logger: Logger, env: NodeJS.ProcessEnv) {
    this.#address = address;
    this.#logger = logger;
    this.#env = env;
    this.#client = new RuntimeClient(address);
    this.#connection = new Connection(address);
    this.#fatalErrors = new FatalErrorHandler(logger, this.#client, this.#inFlight, (error) =>
      this.#reportInit(error),
    );
  }

  async run(load: () => Promise<Service>): Promise<void> {
    // The handshake goes on while the service loads.
    this.#connection.open();
    patchConsole(this.#env, this.#inFlight);
    this.#fatalErrors.install();
    try {
      const { loop, extension, service } = await this.#start(load);
      this.#fatalErrors.started(loop);
      const ended = loop.run();
      drainOnSigterm({
        loop,
        ended,
        lifecycle: service.lifecycle,
        extension,
        inFlight: this.#inFlight,
        fatalErrors: this.#fatalErrors,
        logger: this.#logger,
      });
      await ended;
    } catch (error) {
      await this.#fatalErrors.fatal(error);
    }
  }

  async #start(load: () => Promise<Service>): Promise<Started> {
    const settings = readSettings(this.#env);
    const service = await load();
    connectSiblings(service, this.#env);
    const loop = new Loop({
      address: this.#address,
      client: this.#client,
      invocationHandler: new InvocationHandler(service, settings, this.#client, this.#inFlight),
      inFlight: this.#inFlight,
      environment: readFunctionInfo(this.#env, this.#logger, metricsOf(service, this.#env), service.name),
      concurrency: settings.concurrency,
      first: this.#connection,
    });
    // Without hooks no turn is waited for.
    if (service.lifecycle.used) await service.lifecycle.start({ logger: this.#logger });
    return { loop, extension: await this.#extend(settings), service };
  }

  /** Without it the function still works, only its end comes unannounced. */
  async #extend(settings: Settings): Promise<Connection | undefined> {
    if (!settings.shutdownExtension) return undefined;
    try {
      const { registerExtension } = await import('../runtime-api/extension.ts');
      return await registerExtension(this.#address);
    } catch (error) {
      this.#logger.error('no shutdown extension, so no SIGTERM will come', { error });
      return undefined;
    }
  }

  async #reportInit(error: unknown): Promise<void> {
    const answer = await this.#connection.exchange(this.#client.initErrorRequest(encodeError(error)));
    if (answer.status !== 202) this.#logger.error(`/init/error answered ${describe(answer)}`);
  }
}
