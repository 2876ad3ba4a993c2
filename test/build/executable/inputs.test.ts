import { lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { bundle } from '../../../src/build/executable/bundle.ts';
import { inputsOf } from '../../../src/build/executable/inputs.ts';
import { Reads } from '../../../src/build/executable/reads.ts';
import { isCurrent, type Moment, now, snapshotOf } from '../../../src/build/executable/snapshot.ts';

type Tree = Exclude<Parameters<typeof t.testdir>[0], undefined | string> & object;

/** Longer than a file system's clock stands still: what is younger than that is never trusted. */
const STEP_MS = 100;

/** The time that every file says it was changed at. */
const OLD = new Date('2020-01-01');

const MODULE = 'export const value = 1;\n';
const package_ = (name: string, more: object = {}) => JSON.stringify({ name, version: '1.0.0', ...more });

/** Bundles src/main.ts. @returns what decides the bundle, if that can be told; `begin`, and the bundle's folder */
async function read(dir: string): Promise<{ paths: string[] | undefined; begin: Moment }> {
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), OLD, OLD);
  await sleep(STEP_MS);
  const begin = now();
  const reads = new Reads();
  const entry = join(dir, 'src', 'main.ts');
  const { metafile } = await bundle(entry, [], undefined, reads);
  return { paths: inputsOf(entry, metafile, reads, []), begin };
}

/** As an editor that keeps times does, with as many bytes. */
function changeUnseen(path: string): void {
  writeFileSync(path, ''.padEnd(lstatSync(path).size, '0'));
  utimesSync(path, OLD, OLD);
}

const write = (path: string, text = MODULE) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

const CASES: Record<string, { main: string; files?: Tree; src?: Tree; change: (dir: string) => void }> = {
  'a file of the same size and time': {
    main: "export { value } from './x/index.ts';",
    src: { x: { 'index.ts': MODULE } },
    change: (dir) => changeUnseen(join(dir, 'src/x/index.ts')),
  },
  'a module that shadows a folder': {
    main: "export { value } from './x';",
    src: { x: { 'index.ts': MODULE } },
    change: (dir) => write(join(dir, 'src/x.ts')),
  },
  'a nearer package': {
    main: "export { value } from 'pkg';",
    files: { node_modules: { pkg: { 'package.json': package_('pkg'), 'index.js': MODULE } } },
    change: (dir) => write(join(dir, 'src/node_modules/pkg/index.js')),
  },
  'a package.json': {
    main: MODULE,
    change: (dir) => write(join(dir, 'package.json'), package_('stub', { sideEffects: true })),
  },
  'a package.json that is nearer': {
    main: MODULE,
    change: (dir) => write(join(dir, 'src/package.json'), package_('stub')),
  },
  'a file that shadows the main module of a package': {
    main: "export { value } from 'pkg';",
    files: {
      node_modules: {
        pkg: { 'package.json': package_('pkg', { main: './lib/x' }), lib: { x: { 'index.js': MODULE } } },
      },
    },
    change: (dir) => write(join(dir, 'node_modules/pkg/lib/x.js')),
  },
  'a package that was missing': {
    main: "let value; try { value = require('optional'); } catch {} export { value };",
    change: (dir) => write(join(dir, 'node_modules/optional/index.js')),
  },
  'a package behind a link': {
    main: "export { value } from 'pkg';",
    files: {
      node_modules: { pkg: t.fixture('symlink', '../links/pkg') },
      links: { pkg: t.fixture('symlink', '../a') },
      a: { 'package.json': package_('pkg'), 'index.js': MODULE },
      b: { 'package.json': package_('pkg'), 'index.js': 'export const value = 2;' },
    },
    change: (dir) => {
      rmSync(join(dir, 'links/pkg'));
      symlinkSync('../b', join(dir, 'links/pkg'));
    },
  },
  'a tsconfig.json': {
    main: MODULE,
    change: (dir) => write(join(dir, 'tsconfig.json'), '{ "compilerOptions": { "target": "es5" } }'),
  },
  'a file that is embedded': {
    main: "export const value = new URL('./data/a.txt', import.meta.url);",
    src: { data: { 'a.txt': 'a' } },
    change: (dir) => changeUnseen(join(dir, 'src/data/a.txt')),
  },
  'a new file in a folder that is embedded': {
    main: "export const value = new URL('./data/', import.meta.url);",
    src: { data: { below: { 'a.txt': 'a' } } },
    change: (dir) => write(join(dir, 'src/data/below/b.txt')),
  },
  'what the script of a worker imports': {
    main: "import { Worker } from 'node:worker_threads'; new Worker(new URL('./worker.ts', import.meta.url));",
    src: { 'worker.ts': "import { value } from './value.ts'; console.log(value);", 'value.ts': MODULE },
    change: (dir) => changeUnseen(join(dir, 'src/value.ts')),
  },
  'what a deferred module imports': {
    main: "export const load = () => import('./big.deferred.ts');",
    src: { 'big.deferred.ts': "export { value } from './value.ts';", 'value.ts': MODULE },
    change: (dir) => changeUnseen(join(dir, 'src/value.ts')),
  },
  'the map of a module': {
    main: "export { value } from './made.js';",
    src: {
      'made.js': `${MODULE}//# sourceMappingURL=made.map`,
      'made.map': '{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA"}',
    },
    change: (dir) => changeUnseen(join(dir, 'src/made.map')),
  },
  'an addon that a package may load by a computed name': {
    main: "export { value } from 'pkg';",
    files: {
      node_modules: {
        pkg: {
          'package.json': package_('pkg'),
          'index.js': 'exports.value = (name) => require(name);',
          build: { release: {} },
        },
      },
    },
    change: (dir) => write(join(dir, 'node_modules/pkg/build/release/a.node')),
  },
};

for (const [what, { main, files = {}, src = {}, change }] of Object.entries(CASES)) {
  t.test(`noticed: ${what}`, async (t) => {
    const dir = t.testdir({ 'package.json': package_('stub'), ...files, src: { 'main.ts': main, ...src } });
    const { paths, begin } = await read(dir);
    const snapshot = snapshotOf(paths!, begin)!;
    t.ok(isCurrent(snapshot));
    change(dir);
    t.notOk(isCurrent(snapshot));
  });
}

t.test('what lies beside the folders of modules is not looked at', async (t) => {
  const dir = t.testdir({ 'package.json': package_('stub'), src: { 'main.ts': MODULE } });
  const { paths, begin } = await read(dir);
  const snapshot = snapshotOf(paths!, begin)!;
  write(join(dir, 'dist', 'app'));
  t.ok(isCurrent(snapshot));
});

t.test('no snapshot of what was changed while the build ran', async (t) => {
  const dir = t.testdir({ 'package.json': package_('stub'), src: { 'main.ts': MODULE } });
  const { paths, begin } = await read(dir);
  t.ok(snapshotOf(paths!, begin));
  t.equal(snapshotOf(paths!, { ...begin, wall: begin.wall - 1000 }), undefined, 'the clock was set forward');
  changeUnseen(join(dir, 'src/main.ts'));
  t.equal(snapshotOf(paths!, begin), undefined);
});

t.test('rules that are not known are not trusted', async (t) => {
  const told = async (main: string, files: Tree = {}) =>
    (await read(t.testdir({ 'package.json': package_('stub'), ...files, src: { 'main.ts': main, x: {} } })))
      .paths !== undefined;
  t.ok(await told(MODULE));
  t.notOk(await told(MODULE, { 'base.json': '{}', 'tsconfig.json': '{ "extends": "./base.json" }' }));
  t.notOk(await told(MODULE, { 'tsconfig.json': '{ "compilerOptions": { "paths": { "a": ["./a"] } } }' }));
  const finder = {
    'index.js': "exports.path = () => require('path').join(__dirname, 'a.node');",
    'a.node': '',
  };
  const addon = "const addon = require('node-gyp-build')('.'); export { addon };";
  t.notOk(await told(addon, { node_modules: { 'node-gyp-build': finder } }), "a package's own search");
  t.notOk(await told("export const load = (name) => import('./x/' + name + '.ts');"), 'a pattern');
});
