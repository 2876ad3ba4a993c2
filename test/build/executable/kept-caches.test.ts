import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { CacheTask } from '../../../src/build/executable/code-caches.ts';
import { keepCaches, withoutKept } from '../../../src/build/executable/kept-caches.ts';

t.test('a cache is taken for the same code, base and warm-up, and for no other', async (t) => {
  const dir = t.testdir({ 'a.cjs': 'one', 'b.cjs': 'two', 'a.cjs.cache': 'made of one', 'warm.mjs': 'warm' });
  const made = { dir, base: 'base', folder: join(dir, 'not there yet') };
  const a: CacheTask = { name: 'a.cjs', filename: '/a.cjs', eager: false, warmUp: join(dir, 'warm.mjs') };
  const b: CacheTask = { name: 'b.cjs', filename: '/b.cjs', eager: true };
  t.same(await withoutKept([a, b], made), [a, b], 'nothing is kept yet');
  await keepCaches([a], made);
  rmSync(join(dir, 'a.cjs.cache'));
  t.same(await withoutKept([a, b], made), [b]);
  t.equal(readFileSync(join(dir, 'a.cjs.cache'), 'utf8'), 'made of one');
  t.same(await withoutKept([a], { ...made, base: 'another' }), [a]);
  t.same(await withoutKept([{ ...a, eager: true }], made), [{ ...a, eager: true }]);
  t.same(await withoutKept([{ ...a, filename: '/c.cjs' }], made), [{ ...a, filename: '/c.cjs' }]);
  writeFileSync(join(dir, 'warm.mjs'), 'cold');
  t.same(await withoutKept([a], made), [a]);
  writeFileSync(join(dir, 'warm.mjs'), 'warm');
  writeFileSync(join(dir, 'a.cjs'), 'eno');
  t.same(await withoutKept([a], made), [a], 'code of the same length');
});
