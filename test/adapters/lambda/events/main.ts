import { sqs } from '../../../../src/adapters/lambda/sources/events/index.ts';
import { run } from '../../../../src/cli/run.ts';
import { createRegistry } from '../../../../src/core/index.ts';

const registry = createRegistry({ name: 'worker' }).event('work', sqs({ body: 'json' }), () => {});

void run(async () => ({ registry }));
