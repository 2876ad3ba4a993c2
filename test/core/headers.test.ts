import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import t from 'tap';
import { joinHeaders } from '../../src/core/index.ts';

/** Fields that node:http keeps once, lists that it joins, and names that every object inherits. */
const NAMES = [
  ...[
    'age',
    'authorization',
    'content-type',
    'etag',
    'expires',
    'from',
    'if-modified-since',
    'if-unmodified-since',
  ],
  ...[
    'last-modified',
    'location',
    'max-forwards',
    'proxy-authorization',
    'referer',
    'retry-after',
    'server',
    'user-agent',
  ],
  ...[
    'accept',
    'cookie',
    'date',
    'x-forwarded-for',
    'if-none-match',
    'if-match',
    'via',
    'origin',
    'range',
    'x-test',
  ],
  ...['constructor', 'toString', '__proto__', 'hasOwnProperty'],
];

async function received(lines: string[]): Promise<IncomingMessage> {
  const server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.end(`GET / HTTP/1.1\r\n${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`, 'latin1');
  const [request] = await once(server, 'request');
  socket.resume();
  await once(socket, 'close');
  server.close();
  return request;
}

t.test('header lines join as node:http joins them, so that all adapters agree', async (t) => {
  const lines = NAMES.flatMap((name) => [`${name}: one`, `${name.toUpperCase()}: two, \xfc`, `${name}:`]);
  const { rawHeaders, headers } = await received(['Host: first', ...lines]);
  const pairs = Array.from(
    { length: rawHeaders.length / 2 },
    (_, n) => [rawHeaders[2 * n]!, rawHeaders[2 * n + 1]!] as const,
  );
  t.equal(pairs.length, 2 + 3 * NAMES.length);
  t.strictSame(Object.entries(joinHeaders(pairs)).sort(), Object.entries(headers).sort());
});
