import { join } from 'node:path';
import t from 'tap';
import { bundle } from '../../../src/build/executable/bundle.ts';
import { DEFERRED } from '../../../src/build/executable/deferred.ts';
import { buildService } from '../../../src/build/executable/service.ts';
import { runBare } from './stub.ts';

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
  t.match([...first.assets.keys()], [/^prepare-/, /^first-/, /^big\.deferred-[0-9a-f]{12}\.cjs$/]);
  t.match([...first.assets.values()], [/SourceMap/, /NODE_OPTIONS/, /only in the asset/]);
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
  t.match([...(await bundle(join(dir, 'typed.ts'), [])).assets.keys()], [/^prepare-/, /^first-/]);
});

const FRAMEWORK = join(import.meta.dirname, '..', '..', '..', 'src');

t.test("a service's 'amphi' is the framework beside the build, its core there once", async (t) => {
  const { metafile, assetInputs } = await bundle(join(FRAMEWORK, 'app', 'main.ts'), []);
  const own = (path: string) => !/node_modules\/(?!amphi\/)/.test(path);
  const inputs = Object.keys(metafile.inputs).filter(own);
  const assets = [...assetInputs].filter(own);
  t.strictSame(
    ['../index.ts', '../core/registry.ts', '../adapters/lambda/sources/events/index.ts'].filter(
      (path) => !inputs.includes(path),
    ),
    [],
  );
  t.strictSame(
    [...inputs, ...assets].filter((path) => /(^|\/)dist\/|node_modules\/amphi\//.test(path)),
    [],
    'nothing compiled',
  );
  t.ok(assets.some((path) => path.endsWith('cli/main.ts')));
  t.strictSame(
    assets.filter((path) => /(^|\/)core\//.test(path) && !DEFERRED.test(path)),
    [],
    'no asset has a core of its own; fetch is one itself',
  );
});

t.test('an asset shares the core with the bundle, also where one asset loads another', async (t) => {
  const core = join(import.meta.dirname, '..', '..', '..', 'src', 'core', 'index.ts');
  const dir = t.testdir({
    'main.ts': `import { ConfigError } from ${JSON.stringify(core)};
import('./outer.deferred.ts').then(({ made }) => made()).then((all) => {
  console.log(all.map((error) => error instanceof ConfigError).join(' '));
});
`,
    'outer.deferred.ts': `import { ConfigError } from ${JSON.stringify(core)};
export async function made() {
  const { inner } = await import('./inner.deferred.ts');
  const { isSea } = await import('node:sea');
  if (!isSea()) throw new Error('not in the executable');
  return [new ConfigError('outer'), inner()];
}
`,
    'inner.deferred.ts': `import { ConfigError } from ${JSON.stringify(core)};
export const inner = () => new ConfigError('inner');
`,
  });
  const { assets } = await bundle(join(dir, 'main.ts'), []);
  for (const code of assets.values()) t.notMatch(code, /class ConfigError/);
  const built = await buildService({
    entry: join(dir, 'main.ts'),
    outDir: join(dir, 'out'),
    name: 'shared',
    compression: 1,
  });
  const { stdout } = runBare(built.executable.path, [], dir);
  t.equal(stdout, 'true true\n');
});
