import { setTimeout as sleep } from 'node:timers/promises';
import { runHttpServer } from '../../../src/adapters/http/index.ts';
import { createLogger, createRegistry } from '../../../src/core/index.ts';

const registry = createRegistry({ name: 'fixture' });
registry.get('/slow', async (request) => {
  await sleep(Number(request.query.get('ms')));
  return 'slow';
});

registry.get('/stray', (request) => {
  const error = new Error('nobody catches this');
  if (request.query.has('rejection')) void Promise.reject(error);
  else
    setTimeout(() => {
      throw error;
    }, 1);
  return 'thrown';
});

const logger = createLogger({ write: (line) => process.stdout.write(line) });
const options = { port: 0, host: '127.0.0.1', logger, resolveFunction: () => undefined };
process.exit(await runHttpServer(registry.freeze(), options));
