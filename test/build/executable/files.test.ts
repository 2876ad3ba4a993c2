import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { bundle } from '../../../src/build/executable/bundle.ts';
import { buildService } from '../../../src/build/executable/service.ts';
import { APP, noApp } from '../../support/run-app.ts';

const project = join(import.meta.dirname, '..', '..', '..');
const modules = join(project, 'node_modules');
const ADDON = readFileSync(join(modules, 'better-sqlite3', 'prebuilds', 'linux-x64.node'));

const MAIN = `
import cluster from 'node:cluster';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { site } from './site.ts';

const PLAIN = new URL('./plain.js', import.meta.url);
const require = createRequire(import.meta.url);
const load = createRequire(import.meta.filename);

const messageOf = async (from: Worker | ReturnType<typeof fork>) => {
  // Both may come in one turn.
  const ended = once(from, 'exit');
  const [message] = await once(from, 'message');
  await ended;
  return message;
};

const COMMANDS: Record<string, () => unknown> = {
  file: () => readFileSync(new URL('./text.txt', import.meta.url), 'utf8'),
  raw: () => readFileSync(new URL('page.js', import.meta.url), 'utf8'),
  folder: () => readdirSync(fileURLToPath(new URL('./public/', import.meta.url)), { recursive: true }).sort(),
  inFolder: () => readFileSync(new URL('deep/b.txt', new URL('./public/', import.meta.url)), 'utf8'),
  worker: () => messageOf(new Worker(new URL('./worker.ts', import.meta.url), { workerData: 20 })),
  path: () => messageOf(new Worker(fileURLToPath(new URL('./plain.js', import.meta.url)))),
  named: () => messageOf(new Worker(PLAIN)),
  fork: () => messageOf(fork(new URL('./child.ts', import.meta.url), ['a', 'b c'])),
  flags: () => messageOf(fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [], { execArgv: ['--title=my child', '--no-deprecation'] })),
  lost: () => { try { fork('/nowhere/x.js'); } catch (error) { return (error as Error).message; } },
  cluster: async () => {
    const worker = cluster.fork();
    const [message] = await once(worker, 'message');
    worker.kill();
    return message;
  },
  json: () => require('./data.json').answer,
  builtin: () => typeof require('node:zlib').gzipSync,
  other: () => load('./data.json').answer,
  addon: () => Object.keys(require('./native.node')).includes('Database'),
  bindings: () => load('with-bindings')(),
  gyp: () => load('with-gyp')(),
  sqlite: () => {
    const Sqlite = require('better-sqlite3/linux-x64');
    return new Sqlite(':memory:').prepare('select 6 * 7 as answer').get();
  },
  nodeSqlite: () => new DatabaseSync(':memory:').prepare('select 6 * 7 as answer').get(),
  site: () => site(),
  finder: () => {
    // As bindings, callsites and the like find their caller.
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = (_error, frames) => frames[0]!.getFileName();
    const file = new Error().stack;
    Error.prepareStackTrace = prepareStackTrace;
    return file;
  },
};

if (cluster.isWorker) process.send!([process.argv.slice(2), cluster.worker!.id]);
else Promise.resolve(COMMANDS[process.argv[2]!]!()).then((result) => console.log(JSON.stringify(result)));
`;

/** What a service serves without a checkout, and what it loads late. */
const SITE = `import { createRegistry } from 'amphi';
import { multipart, staticFiles, textFile } from 'amphi/http-kit';
import { Eta } from 'eta';
import { fileURLToPath } from 'node:url';

const hello = textFile(() => new URL('./text.txt', import.meta.url));

export async function site() {
  const views = new Eta({ views: fileURLToPath(new URL('./views/', import.meta.url)), cache: true });
  const registry = createRegistry({ name: 'site' })
    .get('/assets/*', staticFiles({ root: new URL('./public/', import.meta.url) }))
    .get('/none/*', staticFiles({ root: () => new URL('./empty/', import.meta.url) }))
    .get('/page', () => views.render('page', { who: '<Ada>' }))
    .get('/text', () => hello())
    .post('/form', async (request) => [...(await request.formData()).keys()])
    .post('/parts', async (request) => {
      const names: string[] = [];
      for await (const part of multipart(request)) names.push(part.name);
      return names;
    })
    .mount('/app', (request) => new Response(new URL(request.url).pathname));
  const ask = async (path: string, init?: RequestInit) => {
    const response = await registry.fetch(new Request('http://localhost' + path, init));
    return [response.status, await response.text()];
  };
  const post = (name: string) => {
    const body = new FormData();
    body.append(name, new File(['x'], 'x'));
    return { method: 'POST', body };
  };
  const [first] = [await registry.fetch(new Request('http://localhost/assets/deep/b.txt'))];
  const known = { headers: { 'if-none-match': first.headers.get('etag')! } };
  return [
    first.headers.get('last-modified'), first.headers.get('content-type'), await first.text(),
    await ask('/assets/deep/b.txt', known), await ask('/assets/.hidden'), (await ask('/none/x'))[0],
    await ask('/page'), await ask('/text'),
    await ask('/form', post('a')), await ask('/parts', post('b')),
    await ask('/form', { method: 'POST', body: new URLSearchParams('c=1') }), await ask('/app/x'),
  ];
}
`;

const SERVICE = {
  'site.ts': SITE,
  views: { 'page.eta': '<p><%= it.who %></p>' },
  empty: {},
  'package.json': JSON.stringify({ name: 'files', version: '1.0.0', type: 'module' }),
  'main.ts': MAIN,
  'text.txt': 'some text',
  'page.js': 'window.alert(1)',
  public: { 'a.txt': 'a', '.hidden': 'h', deep: { 'b.txt': 'b' } },
  'data.json': '{"answer":42}',
  'double.ts': 'export const double = (n: number): number => n * 2;\n',
  'worker.ts': `import { parentPort, workerData } from 'node:worker_threads';
import { readFileSync } from 'node:fs';
import { double } from './double.ts';
parentPort!.postMessage([double(workerData as number), readFileSync(new URL('./text.txt', import.meta.url), 'utf8')]);
`,
  'plain.js': `import { parentPort } from 'node:worker_threads';
import { double } from './double.ts';
parentPort.postMessage(double(4));
`,
  'child.ts': `import { double } from './double.ts';
const { argv, title, execPath } = process;
process.send!({ args: argv.slice(2), four: double(2), title, self: execPath === argv[0] });
process.disconnect();
`,
  'native.node': ADDON,
};

const dir = t.testdir({ service: SERVICE, out: {}, tmp: {}, refused: {} });
const service = join(dir, 'service');

/** A package whose addon a finder of the registry looks for. */
function addonPackage(folder: string, name: string, index: string) {
  const at = join(folder, 'node_modules', name);
  mkdirSync(join(at, 'build', 'Release'), { recursive: true });
  writeFileSync(join(at, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
  writeFileSync(join(at, 'index.js'), index);
  return at;
}

const BINDINGS =
  "exports = module.exports = () => Object.keys(require('bindings')('hidden.node')).includes('Database');\n";
const GYP =
  "const load = require('node-gyp-build')(__dirname);\nmodule.exports = () => Object.keys(load).includes('Database');\n";
for (const [name, index] of [
  ['with-bindings', BINDINGS],
  ['with-gyp', GYP],
] as const)
  writeFileSync(join(addonPackage(service, name, index), 'build', 'Release', 'hidden.node'), ADDON);
symlinkSync(project, join(service, 'node_modules', 'amphi'));
for (const name of ['better-sqlite3', 'bindings', 'eta', 'node-gyp-build', 'file-uri-to-path'])
  symlinkSync(join(modules, name), join(service, 'node_modules', name));

const warnings: string[] = [];
const app = (
  await buildService({
    entry: join(service, 'main.ts'),
    outDir: join(dir, 'out'),
    name: 'files',
    warn: (text) => warnings.push(text),
  })
).executable.path;
const tmp = join(dir, 'tmp');

function run(command: string, env: Record<string, string> = {}) {
  const pairs = Object.entries({ TMPDIR: tmp, ...env }).map(([key, value]) => `${key}=${value}`);
  const { stdout, stderr, status } = spawnSync('env', ['-i', ...pairs, app, command], {
    cwd: tmp,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { stderr, status, result: stdout && JSON.parse(stdout) };
}

const CHILD = { args: [], four: 4, self: true };
const CASES: Record<string, unknown> = {
  file: 'some text',
  raw: 'window.alert(1)',
  folder: ['.hidden', 'a.txt', 'deep', 'deep/b.txt'],
  inFolder: 'b',
  worker: [40, 'some text'],
  path: 8,
  named: 8,
  fork: { ...CHILD, args: ['a', 'b c'] },
  flags: { ...CHILD, title: 'my child' },
  lost: /^fork \/nowhere\/x\.js: there is no such file; name a script of the executable as new URL/,
  cluster: [['cluster'], 1],
  json: 42,
  builtin: 'function',
  other: 42,
  addon: true,
  bindings: true,
  gyp: true,
  sqlite: { answer: 42 },
  nodeSqlite: { answer: 42 },
  site: [
    ...[null, 'text/plain; charset=utf-8', 'b', [304, ''], [404, /FILE_NOT_FOUND/], 404],
    ...[
      [200, '<p>&lt;Ada&gt;</p>'],
      [200, 'some text'],
    ],
    ...[
      [200, '["a"]'],
      [200, '["b"]'],
      [200, '["c"]'],
      [200, '/x'],
    ],
  ],
  finder: '/amphi/executable/files.cjs',
};

t.test('the build has nothing to say of what works', async (t) => t.strictSame(warnings, []));

t.test('the executable holds no path of the machine that built it, of no module', async (t) => {
  for (const executable of [app, ...(noApp ? [] : [APP])]) {
    const bytes = readFileSync(executable);
    t.notOk(bytes.includes(dir), 'of the service');
    t.notOk(bytes.includes(project), 'of the framework');
  }
});

for (const [command, wanted] of Object.entries(CASES)) {
  t.test(`works in the executable: ${command}`, async (t) => {
    t.match(run(command), { status: 0, stderr: '', result: wanted });
    t.match(run(command), { status: 0, stderr: '', result: wanted }, 'again, with what the first left');
  });
}

t.test('a forked process has the options of NODE_OPTIONS too', async (t) => {
  const { result } = run('fork', { NODE_OPTIONS: '--title=mine --max-old-space-size=200' });
  t.match(result, { title: 'mine', args: ['a', 'b c'] });
});

t.test('files are written to a folder that nobody else may write to', async (t) => {
  const open = join(dir, 'open');
  mkdirSync(open);
  const planted = join(open, `amphi-${process.getuid!()}`);
  mkdirSync(planted);
  chmodSync(planted, 0o777);
  t.equal(run('file', { TMPDIR: open }).result, 'some text');
  t.strictSame(spawnSync('ls', [planted], { encoding: 'utf8' }).stdout, '', 'the planted folder stays empty');
});

const WHERE = 'import.meta.url';
const REFUSED: [what: string, source: string, message: RegExp][] = [
  [
    'a computed file',
    `let x = 'a';\nexport const u = new URL(x, ${WHERE});`,
    /computed name[\s\S]*main\.ts:2:17/,
  ],
  [
    'a missing file',
    `export const u = new URL('./none.txt', ${WHERE});`,
    /there is no \.\/none\.txt[\s\S]*main\.ts:1:17/,
  ],
  [
    'the folder of the source',
    `export const u = new URL('.', ${WHERE});`,
    /folder of the source[\s\S]*main\.ts:1:/,
  ],
  [
    'a folder with a symbolic link',
    `export const u = new URL('./linked/', ${WHERE});`,
    /linked\/deep\/link is a symbolic link or no file[\s\S]*main\.ts:1:17/,
  ],
  [
    'a worker of itself',
    `import { Worker } from 'node:worker_threads';\ntype A = 1;\nnew Worker(new URL(${WHERE}));`,
    /cannot find its script[\s\S]*main\.ts:3:/,
  ],
  [
    'a worker of __filename',
    `import { Worker } from 'node:worker_threads';\nnew Worker(import.meta.filename);`,
    /cannot find its script[\s\S]*main\.ts:2:/,
  ],
  [
    'a fork of a plain path',
    `import { fork } from 'node:child_process';\nfork('./child.js');`,
    /cannot find its script[\s\S]*main\.ts:2:/,
  ],
  [
    'a fork beside the source',
    `import { fork } from 'node:child_process';\nimport { join } from 'node:path';\nfork(join(import.meta.dirname, 'child.js'));`,
    /cannot find its script[\s\S]*main\.ts:3:/,
  ],
  [
    'a computed require',
    `import { createRequire } from 'node:module';\nlet x = 'a';\nexport const y = createRequire(${WHERE})(x);`,
    /module of a computed name[\s\S]*main\.ts:3:17/,
  ],
  [
    'a missing addon',
    `import { createRequire } from 'node:module';\nexport const y = createRequire(${WHERE})('./none.node');`,
    /Could not resolve "\.\/none\.node"/,
  ],
  [
    'an addon that was not built',
    `import 'unbuilt';`,
    /addon is not there, build it by npm rebuild[\s\S]*unbuilt\/index\.js:1:/,
  ],
  [
    'an addon by a computed name',
    `import 'better-sqlite3';`,
    /better-sqlite3 finds its addon by a computed name[\s\S]*better-sqlite3\/prebuilds\/linux-x64\.node[\s\S]*binding\.js:/,
  ],
];

for (const [what, source, message] of REFUSED) {
  t.test(`the build refuses, naming file, line and the way out: ${what}`, async (t) => {
    const folder = t.testdir({ 'main.ts': `${source}\n` });
    addonPackage(folder, 'unbuilt', BINDINGS);
    mkdirSync(join(folder, 'linked', 'deep'), { recursive: true });
    symlinkSync('nowhere', join(folder, 'linked', 'deep', 'link'));
    for (const name of ['better-sqlite3', 'bindings', 'file-uri-to-path'])
      symlinkSync(join(modules, name), join(folder, 'node_modules', name));
    await t.rejects(bundle(join(folder, 'main.ts'), []), { name: 'BuildError', message });
  });
}

t.test('the folder of the module is warned of in the service, not in packages', async (t) => {
  const folder = t.testdir({ 'main.ts': "import 'quiet';\nexport const here = import.meta.dirname;\n" });
  addonPackage(folder, 'quiet', 'module.exports = [__dirname, __filename];\n');
  const { warnings } = await bundle(join(folder, 'main.ts'), []);
  t.equal(warnings.length, 1);
  t.match(warnings[0], /folder of the executable[\s\S]*main\.ts:2:20/);
});
