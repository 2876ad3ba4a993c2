import t from 'tap';
import { openDoors } from './adapters.ts';
import { answers, views } from './cases.ts';
import { checkCase } from './check.ts';

for (const adapter of await openDoors()) {
  t.test(adapter.name, async (t) => {
    t.teardown(() => adapter.close?.());
    for (const contract of [...views, ...answers]) {
      t.test(contract.name, { skip: adapter.skips?.(contract) ?? false }, (t) =>
        checkCase(t, adapter, contract),
      );
    }
  });
}
