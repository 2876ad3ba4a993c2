import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from '../../core/index.ts';
import { checkEnvironment } from './child-env.ts';
import { Events } from './events.ts';
import { InvokeApi } from './invoke-api.ts';
import type { EmulatorOptions } from './options.ts';
import { Pool } from './pool.ts';

export interface RunningEmulator {
  /** For `--endpoint-url`, e.g. `http://127.0.0.1:9001`. */
  readonly url: string;
  readonly port: number;
  /** Ends the functions in order (SIGTERM, grace, SIGKILL), then the server. */
  close(): Promise<void>;
  /** Ends the functions at once. */
  kill(): void;
}

/** @throws ConfigError when it cannot listen, naming host and port, and for bad options */
export async function startEmulator(options: EmulatorOptions): Promise<RunningEmulator> {
  checkEnvironment(options.environment);
  const pools = new Map(options.functions.map((name) => [name, new Pool(options, name)]));
  const events = new Events(options);
  const api = new InvokeApi(options, pools, events);
  const serving = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const served = api.serve(request, response);
    serving.add(served);
    void served.finally(() => serving.delete(served));
  });
  // A function may take longer than any limit of a server on its own.
  server.requestTimeout = 0;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const all = [...pools.values()];
  return {
    url: urlOf(options.host, port),
    port,
    kill: () => {
      for (const pool of all) pool.kill();
    },
    close: async () => {
      events.stop();
      await Promise.all(all.map((pool) => pool.stop()));
      await Promise.all([...serving, events.ended()]);
      await closed(server);
    },
  };
}

/** How long answers may take to reach their callers in the end. */
const FLUSH_MS = 1000;

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), FLUSH_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

const LISTEN_PROBLEMS: Record<string, string> = {
  EADDRINUSE: 'the port is already in use',
  EACCES: 'permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host name could not be looked up',
};

function listen(server: Server, { host, port }: EmulatorOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = LISTEN_PROBLEMS[error.code ?? ''] ?? error.message;
      reject(new ConfigError(`cannot listen on port ${port} of host ${host}: ${why}`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

function urlOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
