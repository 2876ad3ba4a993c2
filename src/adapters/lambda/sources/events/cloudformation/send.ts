import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InvocationContext } from '../../../../../core/index.ts';
import { malformedEvent } from '../shared/event-source.ts';

const TRIES = 4;
const FIRST_PAUSE_MS = 200;
const TRY_TIMEOUT_MS = 3000;

/**
 * Puts the response to the presigned URL, again after a network error or a 5xx: S3 takes the same object twice.
 * @throws Error when it cannot be sent, so that Lambda runs the event again
 */
export async function send(url: string, body: string, context: InvocationContext): Promise<void> {
  const target = parse(url);
  for (let attempt = 1; ; attempt++) {
    const problem = await put(target, body);
    if (problem === undefined) return;
    const { final, message } = problem;
    context.logger.warn('CloudFormation did not take the response', { attempt, problem: message });
    if (final || attempt === TRIES)
      throw new Error(`the response to CloudFormation could not be sent: ${message}`);
    await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
  }
}

function parse(url: string): URL {
  const target = URL.parse(url);
  // The query of the URL is a credential: it is in no message.
  if (target?.protocol !== 'https:' && target?.protocol !== 'http:')
    throw malformedEvent('cloudformation', 'ResponseURL is no http(s) URL');
  return target;
}

interface Problem {
  readonly message: string;
  /** Another try would end the same. */
  readonly final: boolean;
}

function put(target: URL, body: string): Promise<Problem | undefined> {
  const request = target.protocol === 'https:' ? requestHttps : requestHttp;
  // The signature covers an empty content type.
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve) => {
    const sent = request(target, { method: 'PUT', headers, timeout: TRY_TIMEOUT_MS, agent: false });
    sent.on('response', (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      response.on('error', () => {});
      resolve(
        status >= 200 && status < 300 ? undefined : { message: `status ${status}`, final: status < 500 },
      );
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${TRY_TIMEOUT_MS} ms`)));
    sent.on('error', (error) => resolve({ message: error.message, final: false }));
    sent.end(body);
  });
}
