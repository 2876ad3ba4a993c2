import { request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { resolveFunction } from '../adapters/lambda/index.ts';
import type { Logger, Service } from '../core/index.ts';
import type { PlainResponse } from './http-results.ts';
import type { PlainRequest } from './http-sources.ts';

const HOST = '127.0.0.1';

/** Starts a server on a free port, sends one request as a load balancer would, and closes the server. */
export async function sendTo(service: Service, plain: PlainRequest, logger: Logger): Promise<PlainResponse> {
  const { startHttpServer } = await import('../adapters/http/index.ts');
  const options = { port: 0, host: HOST, trustProxy: [`${HOST}/32`], logger, resolveFunction };
  const server = await startHttpServer(service, options);
  try {
    return await send(server.port, plain);
  } finally {
    await server.close();
  }
}

/** By node:http, as `fetch` would set the host itself and decode the body. */
function send(
  port: number,
  { method, path, query, headers = [], body }: PlainRequest,
): Promise<PlainResponse> {
  return new Promise((resolve, reject) => {
    const target = query ? `${path}?${query}` : path;
    const request = httpRequest({ hostname: HOST, port, path: target, method, agent: false });
    for (const [name, value] of headers) request.setHeader(name, value);
    request.setHeader('x-forwarded-proto', 'https');
    request.setHeader('x-forwarded-for', '203.0.113.9');
    // Node.js sends the body of a DELETE without any framing unless told.
    if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body));
    request.on('error', reject);
    request.on('response', (response) => {
      const { statusCode: status = 0, rawHeaders } = response;
      const answer = (body: Buffer) => resolve({ status, headers: linesOf(rawHeaders), body });
      buffer(response).then(answer, reject);
    });
    request.end(body);
  });
}

function linesOf(raw: readonly string[]): [string, string][] {
  const names = raw.filter((_, index) => index % 2 === 0);
  return names.map((name, index) => [name, raw[index * 2 + 1]!]);
}
