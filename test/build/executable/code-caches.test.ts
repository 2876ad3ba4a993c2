import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import t from 'tap';
import type { CacheTask } from '../../../src/build/executable/code-caches.ts';
import { FRAMEWORK } from '../../../src/build/executable/framework.ts';
import { HEAD, wrapped } from '../../../src/build/executable/scripts.ts';

const program = join(FRAMEWORK, 'build', 'executable', 'code-caches.ts');
const body = `let s = 0; ${'s = (s * 3 + 1) % 1009; '.repeat(40)} return s;`;
const code = wrapped(`exports.used = () => { ${body} }; exports.unused = () => { ${body} };`);

const dir = t.testdir({
  'none.cjs': code,
  'used.cjs': code,
  'all.cjs': code,
  'fails.cjs': code,
  'use.mjs':
    "import fs from 'node:fs';\nexport default async (module, folder) => { fs.readdirSync(folder); module.used(); };\n",
  'fail.mjs': "export default async () => { throw new Error('no socket here'); };\n",
});

const task = (name: string, eager: boolean, warmUp?: string): CacheTask => ({
  name,
  filename: `/virtual/${name}`,
  eager,
  ...(warmUp && { warmUp: join(dir, warmUp) }),
});

t.test('a code cache has the functions that its warm-up has run, all or none', async (t) => {
  const tasks = [task('none.cjs', false), task('used.cjs', false, 'use.mjs'), task('all.cjs', true)];
  execFileSync(process.execPath, ['--no-warnings', program, JSON.stringify(tasks)], { cwd: dir });
  const [none, used, all] = tasks.map(({ name }) => statSync(join(dir, `${name}.cache`)).size);
  t.ok(none! + 300 < used! && used! + 300 < all!, `${none}, ${used}, ${all} bytes`);
  for (const { name, filename } of tasks) {
    const cachedData = readFileSync(join(dir, `${name}.cache`));
    const script = new Script(code, { filename, columnOffset: -HEAD.length, cachedData });
    t.equal(script.cachedDataRejected, false, name);
  }
});

t.test('a warm-up that fails is told of, and the cache is made all the same', async (t) => {
  const args = ['--no-warnings', program, JSON.stringify([task('fails.cjs', false, 'fail.mjs')])];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: dir, encoding: 'utf8' });
  t.equal(status, 0);
  t.match(stderr, /no socket here/);
  t.ok(existsSync(join(dir, 'fails.cjs.cache')));
});

t.test('each warm-up of the framework runs, beside the module that it is for', async (t) => {
  const found = readdirSync(FRAMEWORK, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.warm-up\.[jt]s$/.test(name),
  );
  t.strictSame(found.sort(), [
    'adapters/http/fastify.warm-up.ts',
    'aws/sdk.warm-up.ts',
    'cli/main.warm-up.ts',
    'cli/yargs.warm-up.ts',
  ]);
  for (const name of found) {
    const { default: warmUp } = await import(join(FRAMEWORK, name));
    const module = await import(join(FRAMEWORK, name.replace('.warm-up.', '.deferred.')));
    // The name of a socket has 107 bytes at most.
    const folder = mkdtempSync(join(tmpdir(), 'warm-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    await t.resolves(warmUp(module, folder), name);
  }
});
