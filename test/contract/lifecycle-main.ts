import { run } from '../../src/cli/run.ts';

void run(() => import('./lifecycle-service.ts'));
