import { run } from '../../src/cli/run.ts';
import { createRegistry } from '../../src/core/index.ts';

/** A service with a topology of two stages, for tests of the command line. */
const registry = createRegistry({ name: 'staged', version: '1.0.0' });
registry.get('/', () => process.env.AMPHI_STAGE ?? 'no stage');

const bad = process.env.BAD_TOPOLOGY === '1';
const topology = {
  ...{ s3Bucket: 'my-artifacts', s3Key: 'app.zip', memorySize: bad ? 1 : 256 },
  stages: {
    dev: { runOn: { '*': 'lambda' } as const },
    prod: { memorySize: 1024, environment: { LEVEL: 'two' } },
  },
};

void run(async () => ({ registry }), { topology: async () => ({ topology }) });
