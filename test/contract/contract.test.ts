import t from 'tap';
import { answers, views } from './cases.ts';
import { checkCase } from './check.ts';
import { openDoors } from './doors.ts';

for (const door of await openDoors()) {
  t.test(door.name, async (t) => {
    t.teardown(() => door.close?.());
    for (const contract of [...views, ...answers]) {
      t.test(contract.name, { skip: door.skips?.(contract) ?? false }, (t) => checkCase(t, door, contract));
    }
  });
}
