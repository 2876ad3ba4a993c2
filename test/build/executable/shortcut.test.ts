import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { shortcutKey } from '../../../src/build/executable/keys.ts';
import { type BuildOptions, buildService } from '../../../src/build/executable/service.ts';
import { runBare } from './stub.ts';

const dir = t.testdir({
  'package.json': JSON.stringify({ name: 'stub', version: '1.2.3', type: 'module' }),
  src: {
    'main.ts': `import { fileURLToPath } from 'node:url';
import { hello } from './hello.ts';
import { beside } from './values.embedded.ts';
declare const __AMPHI_BUILD_ID__: string;
console.log(hello, beside, __AMPHI_BUILD_ID__.split('+')[0], typeof __dirname);
if (!fileURLToPath) process.exit(1);
`,
    'hello.ts': "export const hello = 'one';\n",
    'values.embedded.ts': `import { readFileSync } from 'node:fs';
export const beside = readFileSync(new URL('./beside.txt', import.meta.url), 'utf8');
`,
    'beside.txt': 'first',
  },
});
const path = (name: string) => join(dir, 'src', name);
const OLD = new Date('2020-01-01');
const write = (name: string, text: string) => {
  writeFileSync(path(name), text);
  utimesSync(path(name), OLD, OLD);
};
write('hello.ts', readFileSync(path('hello.ts'), 'utf8'));

const warnings: string[] = [];

/** What a build did, and what its executable prints. */
async function build(more: Partial<BuildOptions> = {}) {
  // What has been changed just before a build is not trusted.
  await sleep(100);
  warnings.length = 0;
  const { built, times, ...told } = await buildService({
    entry: path('main.ts'),
    outDir: join(dir, 'dist'),
    name: 'stub',
    compression: 1,
    warn: (text) => warnings.push(text),
    ...more,
  });
  const { stdout } = runBare(told.executable.path, [], dir);
  return { built, bundled: times.bundle !== undefined, told, stdout };
}

const first = await build();
t.match(first, { built: true, bundled: true, stdout: 'one first 1.2.3 string\n' });

t.test('an unchanged source is not bundled, and the same is told', async (t) => {
  const before = [...warnings];
  t.match(before, [/main\.ts:5:[\s\S]*__dirname/]);
  t.strictSame(await build(), { ...first, built: false, bundled: false });
  t.strictSame(warnings, before);
});

t.test('a time alone is no change: the bundle is compared, and known again', async (t) => {
  utimesSync(path('main.ts'), OLD, OLD);
  t.strictSame(await build(), { ...first, built: false, bundled: true });
  t.strictSame(await build(), { ...first, built: false, bundled: false });
});

t.test('a file of the same size and time is a change', async (t) => {
  write('hello.ts', "export const hello = 'two';\n");
  t.match(await build(), { built: true, bundled: true, stdout: 'two first 1.2.3 string\n' });
  t.match(await build(), { built: false, bundled: false, stdout: 'two first 1.2.3 string\n' });
});

t.test('so is what an embedded module has read', async (t) => {
  write('beside.txt', 'other');
  t.match(await build(), { built: true, bundled: true, stdout: 'two other 1.2.3 string\n' });
});

t.test('so is a version, and what is no longer warned of', async (t) => {
  writeFileSync(join(dir, 'package.json'), '{ "name": "stub", "version": "2.0.0", "type": "module" }');
  write('main.ts', readFileSync(path('main.ts'), 'utf8').replace(', typeof __dirname', ''));
  t.match(await build(), { built: true, bundled: true, stdout: 'two other 2.0.0\n' });
  t.strictSame(warnings, []);
  t.match(await build(), { built: false, bundled: false });
});

t.test('other options want a bundle', async (t) => {
  t.match(await build(), { bundled: false });
  await t.rejects(build({ lazyPackages: ['node:url'] }), /node:url would be loaded on every start/);
});

t.test('so does an environment that has packages elsewhere', async (t) => {
  t.equal(await shortcutKey(['a']), await shortcutKey(['a']));
  t.not(await shortcutKey(['a']), await shortcutKey(['b']));
  process.env.NODE_PATH = dir;
  t.teardown(() => {
    delete process.env.NODE_PATH;
  });
  t.equal(await shortcutKey(['a']), undefined);
});

t.test('a file that is not what was written is made again', async (t) => {
  rmSync(join(dir, 'dist', 'stub.zip'));
  t.match(await build(), { built: true, bundled: true, stdout: 'two other 2.0.0\n' });
});
