import { run } from 'amphi';

// Lambda never loads cli.ts.
void run(() => import('./registry.ts'), { extend: () => import('./cli.ts') });
