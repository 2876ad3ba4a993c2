import { run } from 'amphi';

// The registry is imported inside, so a mistake in it becomes a clear line, or Lambda's init error.
void run(() => import('./registry.ts'), { topology: () => import('./topology.ts') });
