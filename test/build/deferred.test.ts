import { join } from 'node:path';
import t from 'tap';
import { bundle } from '../../scripts/build/bundle.ts';

const BIG = "export const marker = 'only in the asset';\n";

t.test('a deferred module is an asset, not in the bundle, and part of the build id', async (t) => {
  const dir = t.testdir({ 'main.ts': "export const load = () => import('./big.deferred.ts');\n" });
  const build = async (source: string) => {
    t.testdir({
      'main.ts': "export const load = () => import('./big.deferred.ts');\n",
      'big.deferred.ts': source,
    });
    return bundle(join(dir, 'main.ts'), []);
  };
  const first = await build(BIG);
  t.notMatch(first.code, /only in the asset/);
  t.match([...first.assets.keys()], [/^big\.deferred-[0-9a-f]{12}\.cjs$/]);
  t.match([...first.assets.values()], [/only in the asset/]);
  const second = await build(BIG.replace('only', 'just'));
  t.not(second.sha256, first.sha256);
  t.not(second.buildId, first.buildId);
});

t.test('a static import of a deferred module is refused, types are not', async (t) => {
  const dir = t.testdir({
    'main.ts': "import { marker } from './big.deferred.ts';\nconsole.log(marker);\n",
    'typed.ts': "import type { marker } from './big.deferred.ts';\nexport type Marker = typeof marker;\n",
    'big.deferred.ts': BIG,
  });
  await t.rejects(bundle(join(dir, 'main.ts'), []), {
    name: 'BuildError',
    message:
      /big\.deferred\.ts is deferred: \S+main\.ts must import it with await import\(\)[\s\S]*main\.ts:1:/,
  });
  t.equal((await bundle(join(dir, 'typed.ts'), [])).assets.size, 0);
});
