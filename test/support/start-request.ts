import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** Sends a GET and resolves when the server has taken it, however busy the machine is; `answer` is status and body. */
export async function startRequest(url: string): Promise<{ answer: Promise<string> }> {
  const sent = request(url, { headers: { connection: 'close', expect: '100-continue' } });
  const response = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.flushHeaders();
  await once(sent, 'continue');
  sent.end();
  const answer = response.then(async ([reply]) => `${reply.statusCode} ${await text(reply)}`);
  return { answer };
}
