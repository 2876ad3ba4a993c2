import { run } from 'amphi';

void run(() => import('./registry.ts'));
