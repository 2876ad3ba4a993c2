import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * Sends a GET and resolves when the server has it, however busy the machine is: what came on later connections has been
 * answered. `answer` is status and body.
 */
export async function startRequest(url: string): Promise<{ answer: Promise<string> }> {
  const answer = new Promise<string>((resolve, reject) => {
    const sent = request(url, { agent: false }, (response: IncomingMessage) => {
      text(response).then((body) => resolve(`${response.statusCode} ${body}`), reject);
    });
    sent.once('error', reject).end();
  });
  for (let later = 0; later < 3; later += 1) await quick(new URL('/', url));
  return { answer };
}

async function quick(url: URL): Promise<void> {
  const sent = request(url, { agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  await text(response);
}
