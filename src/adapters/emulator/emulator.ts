import { ConfigError, HTTP_HANDLER } from '../../core/index.ts';
import { AsyncQueue } from './api/async-queue.ts';
import { FunctionUrl } from './api/function-url.ts';
import { InvokeApi } from './api/invoke-api.ts';
import { FLUSH_MS, Listener } from './api/listener.ts';
import { checkEnvironment } from './environment/child-env.ts';
import { Pool } from './environment/pool.ts';
import type { EmulatorOptions } from './options.ts';

export interface RunningEmulator {
  /** For `--endpoint-url`, e.g. `http://127.0.0.1:9001`. */
  readonly url: string;
  readonly port: number;
  /** Where the routes are, as behind a Function URL; `undefined` without `httpPort`. */
  readonly httpUrl: string | undefined;
  /** Ends the functions in order (SIGTERM, grace, SIGKILL), then the servers. */
  close(): Promise<void>;
  /** Ends the functions at once. */
  kill(): void;
}

/** @throws ConfigError when it cannot listen, naming host and port, and for bad options */
export async function startEmulator(given: EmulatorOptions): Promise<RunningEmulator> {
  checkEnvironment(given.environment);
  const baseEnv = { ...given.baseEnv };
  const options = { ...given, baseEnv };
  const pools = new Map(options.functions.map((name) => [name, new Pool(options, name)]));
  const events = new AsyncQueue(options);
  const api = new InvokeApi(options, pools, events);
  const main = new Listener(options.host, options.logger, (request, response) =>
    api.serve(request, response),
  );
  const front = frontOf(options, pools.get(HTTP_HANDLER));
  await main.listen(options.port);
  // Functions call each other by the same Invoke API.
  baseEnv.AMPHI_INVOKE_ENDPOINT = main.url;
  try {
    await front?.listen(options.httpPort!);
  } catch (error) {
    await main.close();
    throw error;
  }
  const listeners = front ? [main, front] : [main];
  return {
    url: main.url,
    port: main.port,
    httpUrl: front?.url,
    kill: () => {
      for (const pool of pools.values()) pool.kill();
    },
    close: async () => {
      events.stop();
      const ended = Promise.all([...pools.values()].map((pool) => pool.stop()));
      await closeAfter(
        ended.then(() => events.ended()),
        listeners,
        options.graceMs,
      );
    },
  };
}

/** Every caller gets its answer, unless it does not read it: then its connection is cut after the grace. */
async function closeAfter(
  ended: Promise<void>,
  listeners: readonly Listener[],
  graceMs: number,
): Promise<void> {
  const cut = setTimeout(() => {
    for (const listener of listeners) listener.cut();
  }, graceMs + FLUSH_MS);
  await ended;
  await Promise.all(listeners.map((listener) => listener.idle()));
  clearTimeout(cut);
  await Promise.all(listeners.map((listener) => listener.close()));
}

function frontOf(options: EmulatorOptions, pool: Pool | undefined): Listener | undefined {
  if (options.httpPort === undefined) return undefined;
  if (!pool)
    throw new ConfigError(`--httpPort: the function ${HTTP_HANDLER} must be offered, for its routes`);
  const front = new FunctionUrl(options, pool);
  return new Listener(options.host, options.logger, (request, response) => front.serve(request, response));
}
