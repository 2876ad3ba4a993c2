/** The service that is measured; built into an executable like any other. */
import { run } from '../../../src/cli/run.ts';

void run(() => import('./registry.ts'));
