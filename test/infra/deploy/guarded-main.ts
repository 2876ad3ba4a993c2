import { run } from '../../../src/cli/run.ts';
import { createRegistry } from '../../../src/core/index.ts';

/** A service in Lambda with a stage that is guarded, and one that is not, for tests of the deployment. */
const registry = createRegistry({ name: 'guarded', version: '1.0.0' });
registry.get('/', () => 'hello');

const topology = {
  ...{ s3Bucket: 'test-artifacts', runOn: { '*': 'lambda' } as const },
  stages: { dev: {}, prod: { protected: true } },
};

void run(async () => ({ registry }), { topology: async () => ({ topology }) });
