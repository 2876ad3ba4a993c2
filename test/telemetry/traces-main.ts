import { run } from '../../src/cli/run.ts';
import { createRegistry } from '../../src/core/index.ts';
import { traceWithOpenTelemetry } from '../../src/telemetry/index.ts';

const registry = createRegistry({ name: 'traced' });
traceWithOpenTelemetry(registry);
registry.get('/users/:id', (request) => request.params.id);
registry.get('/fails', () => {
  throw new RangeError('no good');
});
registry.function('double', (event: { n: number }) => event.n * 2);
registry.function('fail', () => {
  throw new RangeError('no good');
});

void run(async () => ({ registry }));
