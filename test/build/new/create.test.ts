import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { dependencySpec, findFramework } from '../../../src/build/new/framework.ts';
import { runMain } from '../../support/run-app.ts';

// `amphi new` and `amphi build` from source; service.test.ts runs them as installed.

const main = join(import.meta.dirname, '..', '..', '..', 'src', 'build', 'amphi.ts');
const amphi = (cwd: string, ...args: string[]) => runMain(main, args, { cwd });

t.test('new makes a service and tells what is next', async (t) => {
  const cwd = t.testdir({ 'amphi.tgz': '', there: { '.git': {} } });
  const { code, stdout, stderr } = await amphi(
    cwd,
    'new',
    'there',
    '--name',
    'Shop',
    '--framework',
    'amphi.tgz',
  );
  t.strictSame([code, stderr], [0, '']);
  t.equal(stdout, `made Shop in ${join(cwd, 'there')}\nnext: cd there && npm install && npm start\n`);
  const manifest = JSON.parse(readFileSync(join(cwd, 'there', 'package.json'), 'utf8'));
  t.equal(manifest.name, 'shop', 'npm takes no capitals');
  t.equal(manifest.dependencies.amphi, 'file:../amphi.tgz');
  t.strictSame(Object.keys(manifest.scripts).sort(), [
    'build',
    'dev',
    'pretest',
    'start',
    'test',
    'typecheck',
  ]);
  for (const version of Object.values(manifest.devDependencies)) t.match(version, /^\d+\.\d+\.\d+$/);
  t.match(readFileSync(join(cwd, 'there', 'src', 'registry.ts'), 'utf8'), "name: 'Shop'");
});

const REFUSALS: [what: string, args: string[], code: number, message: RegExp][] = [
  ['a folder with something in it', ['full'], 1, /full is not empty: it holds a, b, c and 1 more$/m],
  ['a file', ['file'], 1, /^amphi: .*\/file is not a folder$/m],
  ['a bad name', ['new', '--name', '1st'], 1, /^amphi: name "1st": it must be a letter, then letters/],
  ['a long name', ['new', '--name', 'a'.repeat(49)], 1, /name "a{49}": it must be .* at most 48$/m],
  ['a bad folder name', ['bad name'], 1, /name "bad name", from the folder; pass --name: it must be/],
  [
    'a missing tarball',
    ['new', '--framework', 'no.tgz'],
    1,
    /^amphi: --framework: there is no .*\/no\.tgz; pass/,
  ],
  ['no source', ['new'], 1, /^amphi: --framework: needed, as amphi was not installed/],
  ['no folder', [], 2, /^amphi: Not enough non-option arguments/],
  ['a name twice', ['new', '--name', 'a', '--name', 'b'], 2, /^amphi: --name: given more than once\n/],
  ['an unknown flag', ['new', '--nmae', 'a'], 2, /^amphi: Unknown flag: --nmae\. Did you mean --name\?\n/],
];

for (const [what, args, code, message] of REFUSALS) {
  t.test(`new refuses ${what}`, async (t) => {
    const cwd = t.testdir({ full: { a: '', b: '', c: '', d: '' }, file: 'text' });
    const result = await amphi(cwd, 'new', ...args);
    t.equal(result.code, code);
    t.match(result.stderr, message);
    t.notMatch(result.stderr, /\n {4}at /, 'no stack');
    t.strictSame(readdirSync(cwd).sort(), ['file', 'full'], 'nothing was written');
    t.equal(readdirSync(join(cwd, 'full')).length, 4);
  });
}

t.test('build refuses what it cannot build', async (t) => {
  const cwd = t.testdir({});
  const absent = await amphi(cwd, 'build');
  t.equal(absent.code, 1);
  t.match(absent.stderr, /^build failed: entry .*\/src\/main\.ts is missing\n$/);
  const name = await amphi(cwd, 'build', '--name', '../x');
  t.equal(name.code, 1);
  t.match(name.stderr, /^build failed: name "\.\.\/x" must be letters/);
  const none = await amphi(cwd);
  t.equal(none.code, 2);
  t.match(none.stderr, /Name a command/);
});

t.test('a new service depends on what npm installed', async (t) => {
  const resolved = async (value: string | undefined) => {
    const cwd = t.testdir({ project: { node_modules: { amphi: {} } }, 'a.tgz': '' });
    const modules = join(cwd, 'project', 'node_modules');
    mkdirSync(join(modules, 'amphi'), { recursive: true });
    const lock = { packages: { 'node_modules/amphi': { resolved: value } } };
    writeFileSync(join(modules, '.package-lock.json'), JSON.stringify(lock));
    const framework = { ...(await findFramework()), root: join(modules, 'amphi'), version: '1.2.3' };
    return dependencySpec(framework, join(cwd, 'services', 'new'), undefined);
  };
  t.equal(await resolved('file:../a.tgz'), 'file:../../a.tgz', 'relative to the service');
  t.equal(await resolved('https://registry.example/amphi/-/amphi-1.2.3.tgz'), '1.2.3');
  const other = 'https://files.example/builds/amphi.tgz';
  t.equal(await resolved(other), other);
  await t.rejects(resolved('file:../gone.tgz'), {
    message: /there is no .*gone\.tgz; amphi was installed from it/,
  });
  await t.rejects(resolved(undefined), { message: /^--framework: needed/ });
});
