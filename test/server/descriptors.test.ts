import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { nodeCommand } from '../support/node.ts';

const FIXTURE = join(import.meta.dirname, '..', 'cli', 'fixture.ts');

t.test('without descriptors a server turns connections away, says so once, and comes back', async (t) => {
  const command = nodeCommand(FIXTURE, 'httpServer', '--host', '127.0.0.1', '--port', '0');
  const child = spawn('sh', ['-c', 'ulimit -n 64; exec "$0" "$@"', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  });
  t.teardown(() => child.kill('SIGKILL'));
  let log = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    log += part;
  });
  while (!log.includes('"listening"')) await sleep(20);
  const { port, url } = JSON.parse(log.split('\n')[0]!);
  const sockets: Socket[] = [];
  let answered = 0;
  let closed = 0;
  for (let n = 0; n < 120; n++) {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {}).on('close', () => closed++);
    socket.once('data', () => answered++);
    socket.write('GET /ok HTTP/1.1\r\nHost: a\r\n\r\n');
  }
  while (answered + closed < 120) await sleep(20);
  t.ok(answered > 10, `${answered} answered`);
  t.ok(closed > 10, `${closed} turned away`);
  const told = () => log.split('\n').filter((line) => line.includes('file descriptors run out'));
  t.match(
    told().map((line) => JSON.parse(line)),
    [{ level: 'ERROR', limit: 64 }],
  );
  for (const socket of sockets) socket.destroy();
  await sleep(200);
  t.equal(await (await fetch(`${url}/ok`)).text(), 'fine');
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  t.same(await exited, [0, null]);
  t.equal(told().length, 1);
});
