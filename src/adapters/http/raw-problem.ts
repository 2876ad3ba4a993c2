import type { ServerResponse } from 'node:http';
import { type HttpError, problemOf } from '../../core/index.ts';
import { isAllowed } from './http2.ts';

/** An error reply for where Fastify cannot make one; its connection ends. */
export function rawProblem(error: HttpError) {
  const body = problemOf(error);
  const headers = {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  return { headers, body };
}

/** Sends it past Fastify. */
export function sendProblem(response: ServerResponse, error: HttpError): void {
  const { headers, body } = rawProblem(error);
  const allowed = Object.entries(headers).filter(([name]) => isAllowed(name, response));
  response.writeHead(error.status, Object.fromEntries(allowed));
  response.end(body);
}
