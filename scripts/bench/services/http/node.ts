/** node:http and no more code than the answers need: what any framework costs is above this. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HELLO, LIST, pieces, slowly, tell, totalOf, userOf } from './answers.ts';
import { ORDER } from './schema.ts';

const USERS = '/users/';

function text(response: ServerResponse, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

function json(response: ServerResponse, value: unknown): void {
  text(response, JSON.stringify(value), 'application/json; charset=utf-8');
}

function bytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const read: Buffer[] = [];
    request.on('data', (piece) => read.push(piece));
    request.on('end', () => resolve(read.length === 1 ? read[0]! : Buffer.concat(read)));
    request.on('error', reject);
  });
}

const parsed = async (request: IncomingMessage) => JSON.parse((await bytes(request)).toString('utf8'));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/', query = ''] = request.url!.split('?');
  if (path === '/') return text(response, HELLO);
  if (path === '/echo') return json(response, await parsed(request));
  if (path === '/list') return json(response, LIST);
  if (path === '/orders') return json(response, totalOf(ORDER.parse(await parsed(request))));
  if (path === '/upload') return text(response, String((await bytes(request)).length));
  if (path === '/slow') return text(response, await slowly());
  if (path === '/stream') {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    return pipeline(Readable.from(pieces()), response);
  }
  if (!path.startsWith(USERS)) return void response.writeHead(404).end();
  const params = new URLSearchParams(query);
  json(response, userOf(path.slice(USERS.length), params.get('limit')!, params.getAll('tag')));
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => response.destroy(error));
});
server.listen(0, '127.0.0.1', () => tell(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.once('SIGTERM', () => server.close());
