import { setTimeout as sleep } from 'node:timers/promises';
import { createRegistry, HttpError } from 'amphi';
import { schedule } from 'amphi/events';

/** The service: everything it answers is declared here, once, for every adapter. */
export const registry = createRegistry({ name: 'omega', version: '0.1.0', description: 'Sample service' });

registry.get('/', () => 'Hello world from Omega!');

registry.post('/echo/:name', async (request) => ({
  name: request.params.name,
  tags: request.query.getAll('tag'),
  body: await request.json(),
}));

const LONGEST_MS = 30_000;

registry.get('/slow', async (request, context) => {
  const ms = Number(request.query.get('ms') ?? 1000);
  if (!(ms >= 0 && ms <= LONGEST_MS)) throw new HttpError(400, 'BAD_MS', `ms must be 0 to ${LONGEST_MS}`);
  await sleep(ms, undefined, { signal: context.signal });
  return { slept: ms };
});

registry.function('hello', (event: unknown, context) => ({
  message: `Hello ${nameIn(event)} from Omega!`,
  requestId: context.requestId,
}));

// One declaration: the template gets the rule and the leave to call the function, the handler a typed event.
registry.event('nightly', schedule({ expression: 'cron(0 3 * * ? *)' }), ({ time }, context) => {
  context.logger.info('nightly run', { due: time });
});

function nameIn(event: unknown): string {
  const name = (event as { name?: unknown } | null)?.name;
  return typeof name === 'string' && name !== '' ? name : 'world';
}
