import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { autocannonCommand, readAutocannon } from '../../../scripts/bench/load/autocannon.ts';
import { generator, loadFor } from '../../../scripts/bench/load/index.ts';
import { readWrk, wrkCommand } from '../../../scripts/bench/load/wrk.ts';

const REPORT = `Running 3s test @ http://127.0.0.1:1234/
  1 threads and 50 connections
  93847 requests in 3.00s, 17.90MB read
Requests/sec:  31272.51
Transfer/sec:      5.96MB
`;

t.test("a report of wrk's in which a request failed is no result", async (t) => {
  t.same(readWrk(REPORT), { requests: 93_847, rate: 31_272.51 });
  const failed = REPORT.replace('Requests/sec', '  Non-2xx or 3xx responses: 12\nRequests/sec');
  t.throws(() => readWrk(failed), { message: 'wrk: Non-2xx or 3xx responses: 12' });
  const broken = REPORT.replace('Requests/sec', '  Socket errors: connect 0, read 3\nRequests/sec');
  t.throws(() => readWrk(broken), { message: 'wrk: Socket errors: connect 0, read 3' });
  t.throws(() => readWrk('Requests/sec:      0.00\n'), { message: /^wrk reported no requests/ });
});

t.test("wrk's script sends method, body and type", async (t) => {
  const load = { method: 'POST', path: '/echo', body: '{"a":"]]"}' } as const;
  const { command, remove } = await wrkCommand('http://127.0.0.1:1', load, 3, 50);
  t.same(command.slice(0, 5), ['wrk', '-t1', '-c50', '-d3s', '-s']);
  t.equal(
    await readFile(command[5]!, 'utf8'),
    'wrk.method = "POST"\nwrk.body = [==[{"a":"]]"}]==]\nwrk.headers["Content-Type"] = "application/json"\n',
  );
  await remove();
  await t.rejects(readFile(command[5]!), { code: 'ENOENT' });
  await t.rejects(wrkCommand('http://127.0.0.1:1', { ...load, body: ']==]' }, 3, 50), { name: 'BenchError' });
});

const JSON_REPORT = { errors: 0, timeouts: 0, non2xx: 0, duration: 2, requests: { total: 500 } };
const said = (part: Partial<Record<keyof typeof JSON_REPORT, unknown>>) =>
  readAutocannon(JSON.stringify({ ...JSON_REPORT, ...part }));

t.test("a report of autocannon's in which a request failed is no result", async (t) => {
  t.same(said({}), { requests: 500, rate: 250 });
  t.throws(() => said({ errors: 2 }), { message: 'autocannon: 2 errors' });
  t.throws(() => said({ timeouts: 1 }), { message: 'autocannon: 1 timeouts' });
  t.throws(() => said({ non2xx: 3 }), { message: 'autocannon: 3 answers beyond 2xx' });
  t.throws(() => said({ requests: { total: 0 } }), { message: 'autocannon reported no requests' });
  t.throws(() => readAutocannon('no JSON'), { message: /^autocannon gave no report/ });
});

t.test('autocannon gets its body by a file, which is taken away', async (t) => {
  const load = { method: 'POST', path: '/upload', body: 'b'.repeat(200_000), type: 'text/plain' } as const;
  const { command, remove } = await autocannonCommand('http://127.0.0.1:1', load, 3, 50);
  const file = command[command.indexOf('-i') + 1]!;
  t.equal((await readFile(file, 'utf8')).length, 200_000);
  t.ok(command.includes('content-type=text/plain'));
  t.notOk(command.includes('connection=close'));
  await remove();
  await t.rejects(readFile(file), { code: 'ENOENT' });
});

t.test('what was asked for is used', async (t) => {
  t.equal(generator('wrk'), 'wrk');
  t.equal(generator('autocannon'), 'autocannon');
});

async function serve(
  t: Test,
  status: number,
): Promise<{ url: string; bodies: Set<string>; sockets: () => number }> {
  const bodies = new Set<string>();
  let sockets = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      bodies.add(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`);
      response.writeHead(status).end();
    });
  });
  server.on('connection', () => sockets++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.closeAllConnections());
  t.teardown(() => server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    sockets: () => sockets,
  };
}

t.test('autocannon asks as it was told, and its failures are told', async (t) => {
  const load = { method: 'POST', path: '/echo?a=1', body: '{"a":1}' } as const;
  const good = await serve(t, 200);
  const { requests, rate } = await loadFor('autocannon', good.url, load, 1, 0);
  t.ok(requests > 0 && rate > 0);
  t.same([...good.bodies], ['POST /echo?a=1 application/json {"a":1}']);
  t.ok(good.sockets() <= 50, 'connections are kept');
  const fresh = await loadFor('autocannon', good.url, { method: 'GET', path: '/', fresh: true }, 1, 0);
  t.ok(good.sockets() > 50, `${good.sockets()} connections for ${fresh.requests} requests`);
  const bad = await serve(t, 500);
  await t.rejects(loadFor('autocannon', bad.url, load, 1, 0), {
    message: /^autocannon: \d+ answers beyond 2xx$/,
  });
});
