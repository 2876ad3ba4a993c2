import { run } from '../../src/cli/run.ts';

// The contract suite's service as an executable.
void run(() => import('./service.ts'));
