import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LIVENESS_PATH, READINESS_PATH } from '../../core/index.ts';
import { listenError } from '../../server/listen.ts';
import type { Counts } from './counts.ts';

/** Where the worker tells what became of its messages, by handler. */
export const COUNTS_PATH = '/_amphi/counts';

const HOST = '127.0.0.1';

/** What the health server tells. */
export interface WorkerHealth {
  /** `ready`, or why not. */
  status(): string | Promise<string>;
  counts(): Readonly<Record<string, Counts>>;
}

/** Readiness, liveness and counts, for this machine alone. @throws ConfigError when it cannot listen */
export async function serveHealth(port: number, health: WorkerHealth): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === LIVENESS_PATH) return answer(response, 200, { status: 'live' });
    if (path === COUNTS_PATH) return answer(response, 200, health.counts());
    if (path !== READINESS_PATH) return answer(response, 404, { status: 'no such path' });
    const status = await health.status();
    answer(response, status === 'ready' ? 200 : 503, { status });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, HOST, port)));
    server.listen(port, HOST, resolve);
  });
  return server;
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
