import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ZIP_LIMIT } from '../../../src/aws/lambda-zip.ts';
import { ALLOWED_LIBRARIES } from '../../../src/build/executable/constants.ts';
import { readNeeded } from '../../../src/build/executable/elf.ts';
import { buildService } from '../../../src/build/executable/service.ts';
import { makeBareRoot, noChroot } from './chroot.ts';
import { runBare, stubFiles } from './stub.ts';
import { readZip } from './unzip.ts';

const dir = t.testdir({ service: stubFiles(), empty: {}, dist: {}, root: {} });
const empty = join(dir, 'empty');
const main = join(dir, 'service', 'main.ts');
const build = () =>
  buildService({ entry: main, outDir: join(dir, 'dist'), name: 'stub', compression: 1, warn: () => {} });
const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

const first = await build();
const app = first.executable.path;

t.test('the result describes the files on disk', async (t) => {
  t.equal(first.built, true);
  t.match(first.buildId, /^1\.2\.3\+[0-9a-f]{12}$/);
  t.equal(app, join(dir, 'dist', 'stub'));
  t.equal(first.zip.path, join(dir, 'dist', 'stub.zip'));
  for (const file of [first.executable, first.zip]) {
    t.equal(file.size, statSync(file.path).size);
    t.equal(file.sha256, hash(file.path));
  }
  t.equal(statSync(app).mode & 0o7777, 0o755);
  t.strictSame(readdirSync(join(dir, 'dist')).sort(), ['stub', 'stub.zip'], 'no work folder is left');
});

t.test('runs from an empty folder without environment or PATH', async (t) => {
  t.strictSame(runBare(app, ['hello'], empty), {
    status: 0,
    stdout: 'Hello from the stub, \u{1F44B}\n',
    stderr: '',
  });
  t.equal(runBare(app, ['version'], empty).stdout, `${first.buildId}\n`);
  t.equal(runBare(app, ['node'], empty).stdout, 'v24.21.0 []\n');
  t.equal(runBare(app, ['nonsense'], empty).status, 2, 'the exit code is the service’s own');
});

t.test('runs in a bare chroot', { skip: noChroot() ?? false }, async (t) => {
  const root = join(dir, 'root');
  const needed = await makeBareRoot(root, app);
  t.notMatch(needed.join(), /libatomic/);
  const result = runBare('chroot', [root, '/app', 'hello'], empty, { PATH: process.env.PATH ?? '' });
  t.strictSame(result, { status: 0, stdout: 'Hello from the stub, \u{1F44B}\n', stderr: '' });
});

t.test('needs only libraries of the Lambda image', async (t) => {
  const needed = await readNeeded(app);
  t.ok(needed.includes('libc.so.6'));
  t.strictSame(
    needed.filter((library) => !ALLOWED_LIBRARIES.includes(library)),
    [],
  );
});

t.test('V8 accepts the code cache', async (t) => {
  // Node.js warns at start when it has no code cache or V8 refuses it; --jitless makes V8 refuse, which shows
  // that the warning would be seen.
  t.equal(runBare(app, ['hello'], empty).stderr, '');
  const refused = runBare(app, ['hello'], empty, { NODE_OPTIONS: '--jitless' });
  t.equal(refused.status, 0);
  t.match(refused.stderr, /Code cache data rejected/);
});

t.test('behaves as the source does', async (t) => {
  t.equal(runBare(app, ['strict'], empty).stdout, 'strict\n', 'modules are strict code');
  t.equal(runBare(app, ['lazy'], empty).stdout, `false loaded file://${app}\n`, 'a dynamic import is lazy');
  const { stdout } = runBare(app, ['trace'], empty);
  t.match(stdout, /^StubError Error: on purpose\n/, 'class names survive');
  t.match(
    stdout,
    /\n {4}at fail \(main\.ts:5:32\)\n {4}at run \(main\.ts:11:25\)\n/,
    'stack traces name functions, and their places in the source',
  );
});

t.test('holds no path of the machine that built it', async (t) => {
  const bytes = readFileSync(app);
  t.ok(bytes.includes('on purpose'), 'the bundle can be searched');
  t.notOk(bytes.includes(dir));
});

t.test('the zip holds the executable as bootstrap, and nothing else', async (t) => {
  t.ok(first.zip.size < ZIP_LIMIT);
  const entries = await readZip(readFileSync(first.zip.path));
  t.strictSame(
    entries.map(({ name, mode, date, time }) => ({ name, mode, date, time })),
    [{ name: 'bootstrap', mode: 0o100755, date: 0x21, time: 0 }],
  );
  t.ok(entries[0]!.content.equals(readFileSync(app)), 'byte for byte the executable');
});

const python = spawnSync('python3', ['-c', '']).status === 0;
t.test('Python reads the same zip', { skip: python ? false : 'python3 is not on PATH' }, async (t) => {
  const script = `import sys, zipfile, hashlib
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
for i in z.infolist(): print(i.filename, oct(i.external_attr >> 16), i.create_system, hashlib.sha256(z.read(i)).hexdigest())`;
  const output = execFileSync('python3', ['-c', script, first.zip.path], { encoding: 'utf8' });
  t.equal(output, `bootstrap 0o100755 3 ${first.executable.sha256}\n`);
});

t.test('an unchanged build is skipped, any change is not', async (t) => {
  const inode = statSync(app).ino;
  const second = await build();
  t.equal(second.built, false);
  t.strictSame([second.executable, second.zip, second.buildId], [first.executable, first.zip, first.buildId]);
  t.equal(statSync(app).ino, inode, 'not written again');

  writeFileSync(join(dir, 'service', 'hello.ts'), `export const hello = 'changed';\n`);
  const third = await build();
  t.equal(third.built, true);
  t.not(third.buildId, first.buildId);
  t.equal(runBare(app, ['hello'], empty).stdout, 'changed\n');

  writeFileSync(third.zip.path, 'damaged');
  const fourth = await build();
  t.equal(fourth.built, true, 'a damaged output is made again');
  t.equal(fourth.buildId, third.buildId);
  t.equal((await readZip(readFileSync(fourth.zip.path))).length, 1);
});
