import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { startHttpServer } from '../../src/adapters/http/index.ts';
import { createHttpServer } from '../../src/adapters/http/run.ts';
import { resolveFunction } from '../../src/adapters/lambda/index.ts';
import { startWorker } from '../../src/adapters/worker/index.ts';
import { createLogger } from '../../src/core/index.ts';
import { registry } from './lifecycle-service.ts';
import { orderIn, runWay, startProcess, WAYS } from './lifecycle-ways.ts';

// The same order of the same hooks, whatever the way in.

const STARTED = ['openPool', 'loadPrices', 'openInner'];
const STOPPED = ['closeInner', 'flush', 'closePool'];
const work = (name: string) => (name === 'app httpServer' ? 'route' : 'function');
const dir = t.testdir();

for (const [name, way] of Object.entries(WAYS)) {
  t.test(`${name}: hooks before the first event and after the last`, async (t) => {
    const { code, order, output } = await runWay(way, dir);
    t.strictSame(order, [...STARTED, work(name), ...STOPPED], output);
    t.equal(code, 0);
  });

  t.test(`${name}: a start that fails half-way stops what it had started`, async (t) => {
    const { code, order, output } = await runWay(way, dir, { HOOK_FAILS: 'openInner' });
    t.strictSame(order, ['openPool', 'loadPrices', 'flush', 'closePool'], output);
    t.match(output, 'onStart openInner of registry inner: no openInner');
    // The emulator serves on, as Lambda does.
    t.equal(code, name === 'app emulate' ? 0 : 1);
  });

  t.test(`${name}: a hook of onStop that fails is told, and the rest runs`, async (t) => {
    const { code, order, output } = await runWay(way, dir, { HOOK_FAILS: 'flush' });
    t.strictSame(order, [...STARTED, work(name), 'closeInner', 'closePool'], output);
    t.match(output, /"level":"ERROR","message":"onStop flush of registry outer failed".*no flush/);
    t.equal(code, name === 'app emulate' ? 0 : 1);
  });
}

t.test('on the command line the failure is one line with its place', async (t) => {
  const { output } = await runWay(WAYS['app invoke']!, dir, { HOOK_FAILS: 'openPool' });
  const place = /^app: onStart openPool of registry outer: no openPool \(.*lifecycle-service\.ts:\d+:\d+\)$/;
  t.match(output, place);
});

t.test('Lambda is told of it by /init/error', async (t) => {
  const { output } = await runWay(WAYS.Lambda!, dir, { HOOK_FAILS: 'openPool' });
  t.match(
    output,
    /"errorType":"StartError","errorMessage":"onStart openPool of registry outer: no openPool"/,
  );
});

t.test('Lambda ends although a hook of onStop hangs, and the log names it', async (t) => {
  const { code, order, output } = await runWay(WAYS.Lambda!, dir, { HOOK_HANGS: 'flush' });
  t.equal(code, 1);
  t.match(order.slice(0, 6), [...STARTED, 'function', 'closeInner', 'flush hangs']);
  t.match(output, /onStop flush of registry outer failed.*not within/);
});

for (const args of [
  ['httpServer', '--port', '0', '--host', '127.0.0.1'],
  [
    'worker',
    '--queue',
    'work=arn:aws:sqs:us-east-1:000000000000:work',
    '--endpointUrl',
    'http://127.0.0.1:9',
  ],
]) {
  t.test(`app ${args[0]}: SIGTERM ends a start that hangs`, async (t) => {
    const ORDER_FILE = join(t.testdir({ order: '' }), 'order');
    const { child, ended, line } = startProcess(args, { ORDER_FILE, HOOK_HANGS: 'loadPrices' });
    while (!orderIn(ORDER_FILE).includes('loadPrices hangs'))
      await new Promise((next) => setTimeout(next, 10));
    child.kill('SIGTERM');
    t.match(await line('stopped'), { clean: true });
    const { code, output } = await ended();
    t.equal(code, 0, output);
    t.strictSame(
      orderIn(ORDER_FILE).filter((each) => each !== 'loadPrices'),
      ['openPool', 'loadPrices hangs', 'closePool'],
    );
  });
}

t.test('in this process: fetch and servers share what was started, the last stops it', async (t) => {
  const file = join(t.testdir({ order: '' }), 'order');
  process.env.ORDER_FILE = file;
  const service = registry.freeze();
  const options = { port: 0, host: '127.0.0.1', logger: createLogger({ write: () => {} }), resolveFunction };
  const request = () => new Request('http://localhost/');
  const answers = await Promise.all([registry.fetch(request()), registry.fetch(request())]);
  t.strictSame(await Promise.all(answers.map((answer) => answer.text())), ['done', 'done']);
  t.strictSame(orderIn(file), [...STARTED, 'route', 'route']);
  const server = await startHttpServer(service, options);
  t.equal(await (await fetch(server.url)).text(), 'done');
  t.equal(await registry.close(), true);
  t.equal(await registry.close(), true);
  t.strictSame(orderIn(file).length, 6, 'the server still needs it');
  await server.close();
  t.strictSame(orderIn(file).slice(6), STOPPED);
  const injected = await createHttpServer(service, options);
  t.equal((await injected.inject('/')).body, 'done');
  await injected.close();
  t.strictSame(orderIn(file).slice(9), [...STARTED, 'route', ...STOPPED], 'anew, and ended');
});

t.test(
  'a server that cannot listen, and a worker whose health port is taken, stop what was started',
  async (t) => {
    const file = join(t.testdir({ order: '' }), 'order');
    process.env.ORDER_FILE = file;
    const service = registry.freeze();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    t.teardown(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    const common = { logger: createLogger({ write: () => {} }), resolveFunction };
    await t.rejects(startHttpServer(service, { ...common, port, host: '127.0.0.1' }), { message: /in use/ });
    t.strictSame(orderIn(file), [...STARTED, ...STOPPED]);
    const queues = { work: 'arn:aws:sqs:us-east-1:000000000000:work' };
    const worker = { ...common, queues, endpointUrl: 'http://127.0.0.1:9', healthPort: port };
    await t.rejects(startWorker(service, worker), { message: /in use/ });
    t.strictSame(orderIn(file).slice(6), [...STARTED, ...STOPPED]);
  },
);

t.test('app invoke: a hook that exits is told', async (t) => {
  const { code, output } = await runWay(WAYS['app invoke']!, dir, { HOOK_EXITS: 'loadPrices' });
  t.equal(code, 1);
  t.match(output, /^app: process\.exit\(0\) was called while the service started$/);
});
