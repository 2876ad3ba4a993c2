import { run } from '../../src/cli/run.ts';
import { createRegistry } from '../../src/core/index.ts';

/** A service whose handlers fail in every way, for tests of the command line. */
const registry = createRegistry({ name: 'failing', version: '2.3.4' });
registry.get('/ok', () => 'fine');
registry.get('/throw', () => {
  throw new Error('route failed');
});
registry.function('double', (event) => Number((event as { n: number }).n) * 2);
registry.function('nothing', () => undefined);
registry.function('fail', () => {
  throw new RangeError('no good');
});
registry.function('hang', (_event, context) => {
  context.signal.addEventListener('abort', () => context.logger.info('aborted'));
  return new Promise(() => setInterval(() => {}, 1000));
});
registry.function('chatty', (_event, context) => {
  context.logger.info('a log line', { detail: 1 });
  setInterval(() => {}, 1000);
  return 'x'.repeat(200_000);
});

registry.function('noisy', (_event, context) => {
  for (let n = 0; n < 500; n++) context.logger.info('noisy line', { n, pad: 'x'.repeat(200) });
  return 'noisy';
});
registry.function('printing', () => {
  for (let n = 0; n < 500; n++) console.log('noisy line', n, 'x'.repeat(200));
  return 'printing';
});
registry.function('slow', async () => {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return 'slow';
});

void run(async () => ({ registry }));
