import { type HttpError, problemOf } from '../../core/index.ts';

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
