import type { Address } from './address.ts';
import { describe } from './client.ts';
import { Connection } from './connection.ts';

const API = '/2020-01-01/extension';
const NAME = 'amphi-shutdown';

/**
 * Registers an internal extension for no events: Lambda sends SIGTERM before SIGKILL only to a sandbox
 * that has one. Its wait for the next event never ends, which Lambda takes as "ready".
 * @returns the connection of that wait, to be closed at the end
 * @throws Error when Lambda refuses
 */
export async function registerExtension(address: Address): Promise<Connection> {
  const connection = new Connection(address);
  const host = `Host: ${address.authority}\r\n`;
  const body = '{"events":[]}';
  const answer = await connection.exchange(
    `POST ${API}/register HTTP/1.1\r\n${host}Lambda-Extension-Name: ${NAME}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const id = answer.headers['lambda-extension-identifier'];
  if (answer.status !== 200 || !id) {
    connection.close('refused');
    throw new Error(`/extension/register answered ${describe(answer)}`);
  }
  const head = `GET ${API}/event/next HTTP/1.1\r\n${host}Lambda-Extension-Identifier: ${id}\r\n\r\n`;
  connection.exchange(head).catch(() => {});
  return connection;
}
