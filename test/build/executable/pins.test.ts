import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import t from 'tap';
import { bundle } from '../../../src/build/executable/bundle.ts';
import { BASE_PACKAGE, BASE_VERSION } from '../../../src/build/executable/constants.ts';

const project = join(import.meta.dirname, '..', '..', '..');
const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const all = { ...manifest.dependencies, ...manifest.devDependencies };

t.test('what the executable is made with is pinned to the digit, and installed so', async (t) => {
  for (const name of ['pkg', BASE_PACKAGE, 'esbuild', 'fastify', 'yargs']) {
    const [, exact] = /^(?:npm:[^\s]+@)?(\d+\.\d+\.\d+)$/.exec(all[name] ?? '') ?? [];
    t.ok(exact, `${name} ${all[name]} is one exact version`);
    const installed = JSON.parse(readFileSync(join(project, 'node_modules', name, 'package.json'), 'utf8'));
    t.equal(installed.version, exact, name);
  }
  t.equal(all[BASE_PACKAGE], BASE_VERSION);
});

t.test('pkg still has the inner function that keeps the code cache', async (t) => {
  const { default: sea } = createRequire(import.meta.url)('pkg/lib-es5/sea.js');
  t.type(sea, 'function');
});

t.test('neither a CDK nor the native runtime client is a dependency', async (t) => {
  const names = Object.keys(all);
  t.ok(names.includes('fastify'));
  t.same(
    names.filter((name) => /^(aws-cdk|@aws-cdk\/|constructs$|aws-lambda-ric$|aws-sdk$)/.test(name)),
    [],
  );
});

t.test('types of the template add nothing to the executable', async (t) => {
  const { metafile, assetInputs } = await bundle(join(project, 'src/app/main.ts'), []);
  const bundled = [...Object.keys(metafile.inputs), ...assetInputs];
  t.ok(
    bundled.some((path) => path.endsWith('infra/template/index.ts')),
    'the emitter itself is bundled',
  );
  t.same(
    bundled.filter((path) => /node_modules\/(@awboost|@types)\//.test(path)),
    [],
  );
});

t.test('neither the template emitter nor an AWS client is loaded at start', async (t) => {
  const { metafile, assetInputs } = await bundle(join(project, 'src/app/main.ts'), []);
  const heavy = /(^|\/)infra\/|node_modules\/(@aws-sdk|@smithy|yauzl|yazl|fastify|yargs)\//;
  t.ok(
    [...assetInputs].some((path) => heavy.test(path)),
    'the pattern finds what is there',
  );
  t.same(
    Object.keys(metafile.inputs).filter((path) => heavy.test(path)),
    [],
    'the bundle has none of it',
  );
});
