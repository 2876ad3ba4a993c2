import { appendFileSync } from 'node:fs';
import { createRegistry } from '../../src/core/index.ts';

// Tells in which order its hooks and handlers run, as lines of the file ORDER_FILE. HOOK_FAILS names the hook that fails,
// HOOK_EXITS the one that ends the process, HOOK_HANGS the one that ends when it is told to.

const inner = createRegistry({ name: 'inner' });
export const registry = createRegistry({ name: 'outer' });

const note = (line: string) => appendFileSync(process.env.ORDER_FILE!, `${line}\n`);

const hook = (name: string) =>
  Object.defineProperty(
    async ({ signal }: { signal?: AbortSignal }) => {
      if (process.env.HOOK_FAILS === name) throw new RangeError(`no ${name}`);
      if (process.env.HOOK_EXITS === name) process.exit(0);
      if (process.env.HOOK_HANGS === name) {
        note(`${name} hangs`);
        await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      }
      // A later hook that did not wait for this one would be the first to write.
      await new Promise((resolve) => setTimeout(resolve, 5));
      note(name);
    },
    'name',
    { value: name },
  );

registry.mount('/one', inner).mount('/two', inner);
registry.onStart(hook('openPool')).onStop(hook('closePool'));
registry.onStart(hook('loadPrices'));
registry.onStop(hook('flush'));
inner.onStart(hook('openInner')).onStop(hook('closeInner'));

registry.get('/', () => {
  note('route');
  return 'done';
});
registry.function('work', { runOn: 'both' }, () => {
  note('function');
  return 'done';
});
