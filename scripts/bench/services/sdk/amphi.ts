import { run } from '../../../../src/cli/run.ts';

void run(() => import('./registry.ts'));
