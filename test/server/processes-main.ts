import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../src/cli/run.ts';
import { createRegistry } from '../../src/core/index.ts';

/** A service that tells its process, for tests of several. */
const registry = createRegistry({ name: 'many' });
registry.onStart(() => {
  if (process.env.BROKEN) throw new Error('no database');
});
registry.get('/', () => String(process.pid));
registry.get('/crash', () => {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20);
  return 'soon';
});
registry.get('/slow', async (request) => {
  await sleep(Number(request.query.get('ms')));
  return String(process.pid);
});
registry.get('/count', (_request, context) => {
  context.metric('things', 2);
  context.metric('share', process.pid % 2 ? 10 : 30, { unit: 'Percent' });
  return '';
});
registry.get('/long', (_request, context) => {
  for (let n = 0; n < 20; n++) context.logger.info('long', { pad: 'x'.repeat(60_000), n });
  return '';
});

void run(async () => ({ registry }));
