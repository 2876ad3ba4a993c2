// A server that has no time to accept keeps connections in the kernel's queue; beyond its length clients try again after a second.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import t from 'tap';
import { startProcess, until } from './support.ts';

const BURST = 900;
const longest = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
const skip = longest < BURST && `the kernel's queue holds ${longest} connections (net.core.somaxconn)`;

t.test('a burst of connections is kept while the server is busy', { skip }, async (t) => {
  const { child, port } = await startProcess(t);
  child.kill('SIGSTOP');
  let connected = 0;
  const open = (): Socket => connect(port, '127.0.0.1', () => void connected++).on('error', () => {});
  const sockets = Array.from({ length: BURST }, open);
  await until(() => connected === BURST, 'all are connected while nobody accepts');
  child.kill('SIGCONT');
  const last = sockets.at(-1)!;
  last.write('GET /slow?ms=1 HTTP/1.1\r\nhost: a\r\n\r\n');
  const [answer] = await once(last, 'data');
  t.match(String(answer), /^HTTP\/1\.1 200 /);
  for (const socket of sockets) socket.destroy();
});
