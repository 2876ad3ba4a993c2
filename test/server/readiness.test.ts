import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { createHttpServer } from '../../src/adapters/http/index.ts';
import { resolveFunction } from '../../src/adapters/lambda/index.ts';
import { createLogger, createRegistry, READINESS_PATH } from '../../src/core/index.ts';
import { scene, until } from '../adapters/worker/support.ts';

t.test('the server is ready while all probes pass', async (t) => {
  const registry = createRegistry({ name: 'shop' });
  const log: Record<string, unknown>[] = [];
  const logger = createLogger({ write: (line) => log.push(JSON.parse(line)) });
  const state = { db: true, cache: true, asked: 0 };
  registry.readiness('db', async () => {
    state.asked += 1;
    if (!state.db) throw new Error('password of the database');
  });
  registry.readiness('cache', () => state.cache);
  const server = await createHttpServer(registry.freeze(), {
    port: 0,
    host: '127.0.0.1',
    logger,
    resolveFunction,
  });
  t.teardown(() => server.close());
  const ready = async () => {
    const { statusCode, body } = await server.inject(READINESS_PATH);
    return `${statusCode} ${JSON.parse(body).status}`;
  };
  const answers = await Promise.all([ready(), ready(), ready()]);
  t.strictSame(answers, Array(3).fill('200 ready'));
  t.equal(state.asked, 1, 'those who ask at the same time share the answer');
  state.db = false;
  state.cache = false;
  t.equal(await ready(), '200 ready', 'cached');
  t.equal((await server.inject('/_amphi/health/live')).statusCode, 200);
  while ((await ready()) === '200 ready') await sleep(50);
  t.equal(await ready(), '503 not ready: db, cache');
  t.equal((await server.inject({ method: 'HEAD', url: READINESS_PATH })).statusCode, 503);
  state.db = true;
  state.cache = true;
  while ((await ready()) !== '200 ready') await sleep(50);
  const told = log.map(({ level, message, probe }) => `${level} ${message} ${probe}`);
  t.strictSame(
    told.sort(),
    [
      ...['INFO readiness probe passes again cache', 'INFO readiness probe passes again db'],
      ...['WARN readiness probe fails cache', 'WARN readiness probe fails db'],
    ],
    'changes alone are logged',
  );
});

t.test('a probe that takes over a second fails, and is told', async (t) => {
  const { registry, start, sqs, log } = await scene(t);
  const aborted: unknown[] = [];
  registry.function('report', { runOn: 'instances' }, () => {});
  registry.readiness('slow', ({ signal }) => {
    signal!.addEventListener('abort', () => aborted.push(signal!.reason));
    return new Promise(() => {});
  });
  const worker = await start({ report: sqs.queue('reports').arn }, { healthPort: 0, waitTime: 0 });
  const ready = async () => {
    const response = await fetch(`http://127.0.0.1:${worker.healthPort}${READINESS_PATH}`);
    return `${response.status} ${((await response.json()) as { status: string }).status}`;
  };
  await until(() => worker.counts().report !== undefined);
  while (!(await ready()).startsWith('503 not ready')) await sleep(20);
  t.equal(await ready(), '503 not ready: slow');
  t.match(aborted[0], { message: 'it took over 1000 ms' });
  t.match(
    log.filter(({ level }) => level === 'WARN'),
    [{ message: 'readiness probe fails', probe: 'slow', error: { message: 'it took over 1000 ms' } }],
  );
  await worker.close();
});
