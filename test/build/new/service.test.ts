import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { startFakeRuntimeApi } from '../../support/fake-runtime-api.ts';
import { startLambda } from '../../support/lambda-process.ts';
import { runCommand } from '../../support/run-app.ts';
import { startServer } from '../../support/server.ts';
import { asUser, npmInstall } from './npm.ts';
import { type PackedFile, packageProblems } from './packed.ts';
import { EVERY_EXPORT, MISUSES } from './use-all.ts';

// The framework as its users get it: packed, installed outside of the repository, a service made and run.

const project = join(import.meta.dirname, '..', '..', '..');
const temporary = await mkdtemp(join(tmpdir(), 'amphi-library-'));
// Some hundred megabytes: removed however this process ends.
process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));
const tool = join(temporary, 'tool');
const service = join(temporary, 'work', 'Orders-api');
const empty = join(temporary, 'empty');
for (const folder of [tool, empty, join(temporary, 'work')]) await mkdir(folder);
const app = join(service, 'dist', 'app');
const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
const TARBALL = `amphi-${version}.tgz`;

await t.test('npm pack', async (t) => {
  const packed = await asUser(project, 'npm', 'pack', '--json', '--pack-destination', temporary);
  t.equal(packed.code, 0, packed.stderr);
  const [listing] = Object.values(JSON.parse(packed.stdout)) as { filename: string; files: PackedFile[] }[];
  t.equal(listing!.filename, TARBALL);
  t.strictSame(await packageProblems(project, listing!.files), []);
});

await writeFile(join(tool, 'package.json'), '{"private":true}\n');
const skip = (await npmInstall(tool, join(temporary, TARBALL))) ?? false;

t.test('amphi new', { skip }, async (t) => {
  const made = await asUser(tool, 'npx', '--no-install', 'amphi', 'new', '../work/Orders-api');
  t.equal(made.code, 0, made.stderr);
  t.match(made.stdout, /^made Orders-api in .*\nnext: cd .* && npm install && npm start\n$/);
  const manifest = JSON.parse(await readFile(join(service, 'package.json'), 'utf8'));
  t.strictSame(manifest.dependencies, { amphi: `file:../../${TARBALL}` }, 'from where it was installed');
  const files = (await readdir(service, { recursive: true })).sort();
  for (const file of ['.gitignore', 'README.md', 'src/main.ts', 'src/registry.ts', 'test/service.test.ts']) {
    t.ok(files.includes(file), file);
  }
  const again = await asUser(tool, 'npx', '--no-install', 'amphi', 'new', '../work/Orders-api');
  t.equal(again.code, 1);
  t.match(again.stderr, /is not empty: it holds \.gitignore, README\.md, package\.json and 3 more/);
});

const userNode = Number.parseInt((await asUser(tool, 'node', '-p', 'process.versions.node')).stdout, 10);
const tooNew = userNode < 24 ? skip : `the Node.js on PATH is new enough: ${userNode}`;

t.test('amphi by an older Node.js', { skip: tooNew }, async (t) => {
  const { code, stdout, stderr } = await asUser(tool, join('node_modules', '.bin', 'amphi'), 'build');
  t.strictSame([code, stdout], [1, '']);
  t.match(
    stderr,
    /^amphi: needs Node\.js 24 or newer, not v\d+\.\d+\.\d+ \(.*\): call it by npx or an npm script[^\n]*\n$/,
  );
});

t.test('install, type check and test of the service', { skip }, async (t) => {
  // Moved, as installing them twice takes twice as long: npm checks what is there and adds what is missing.
  await rename(join(tool, 'node_modules'), join(service, 'node_modules'));
  t.equal(await npmInstall(service), undefined);
  const checked = await asUser(service, 'npm', 'run', '-s', 'typecheck');
  t.strictSame([checked.code, checked.stdout], [0, '']);
  const tested = await asUser(service, 'npm', 'test');
  t.equal(tested.code, 0, tested.stdout);
  t.match(tested.stdout, /pass 5\n/);
});

for (const resolution of ['nodenext', 'bundler']) {
  t.test(`every export has whole types, module resolution ${resolution}`, { skip }, async (t) => {
    const compilerOptions = {
      module: resolution === 'bundler' ? 'esnext' : 'nodenext',
      moduleResolution: resolution,
      skipLibCheck: false,
    };
    const config = { extends: './tsconfig.json', compilerOptions, include: ['use-all.ts'] };
    await writeFile(join(service, 'tsconfig.all.json'), JSON.stringify(config));
    await writeFile(join(service, 'use-all.ts'), `${EVERY_EXPORT}${MISUSES.join('\n')}\n`);
    const { stdout } = await asUser(service, 'npx', '--no-install', 'tsc', '-p', 'tsconfig.all.json');
    const first = EVERY_EXPORT.split('\n').length;
    // Each misuse is an error: the type is there, and no any. Nothing else is one, in declarations neither.
    const found = stdout.split('\n').filter((line) => /^\S/.test(line));
    t.strictSame(
      found.map((line) => line.replace(/,\d+\): error TS2322: .*/, '')),
      MISUSES.map((_, index) => `use-all.ts(${first + index}`),
      stdout,
    );
  });
}

t.test('npm run build', { skip }, async (t) => {
  const built = await asUser(service, 'npm', 'run', 'build');
  t.equal(built.code, 0, built.stderr);
  t.match(built.stdout, /^built 0\.1\.0\+[0-9a-f]{12}: /m);
  t.strictSame((await readdir(join(service, 'dist'))).sort(), ['app', 'app.zip']);
  const wrong = await asUser(service, 'npx', '--no-install', 'amphi', 'build', '--entry', 'src/absent.ts');
  t.equal(wrong.code, 1);
  t.match(wrong.stderr, /^build failed: entry .*src\/absent\.ts is missing\n$/);
});

t.test('the executable as an HTTP server', { skip }, async (t) => {
  const server = await startServer(app, empty);
  t.teardown(() => server.stop());
  const hello = await fetch(`${server.url}/`);
  t.equal(await hello.text(), 'Hello world from Orders-api!');
  const body = JSON.stringify({ a: 1 });
  const echo = await fetch(`${server.url}/echo/Zo%C3%AB?tag=x&tag=y`, { method: 'POST', body });
  t.strictSame(await echo.json(), { name: 'Zoë', tags: ['x', 'y'], body: { a: 1 } });
  t.equal(await server.stop(), 0);
});

t.test('the executable as a Lambda function', { skip }, async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'hello', command: [app] });
  t.teardown(async () => {
    await lambda.stop();
    await api.close();
  });
  const { kind, body, requestId } = await api.invoke({ name: 'you' });
  t.equal(kind, 'response');
  t.strictSame(JSON.parse(body.toString()), { message: 'Hello you from Orders-api!', requestId });
});

t.test('the executable on the command line', { skip }, async (t) => {
  const input = '{"name":"you"}';
  const invoked = await runCommand(app, ['invoke', 'hello', '--event', '-'], { input, cwd: empty });
  t.equal(invoked.code, 0, invoked.stderr);
  t.equal(JSON.parse(invoked.stdout).message, 'Hello you from Orders-api!');
  const described = await runCommand(app, ['describe'], { cwd: empty });
  t.match(described.stdout, /^Orders-api 0\.1\.0: /);
  const flags = ['--s3Bucket', 'bucket', '--s3Key', 'k', '--logs', '--out', 'stack'];
  const provisioned = await runCommand(app, ['provision', '--noop', ...flags], { cwd: empty });
  t.equal(provisioned.code, 0, provisioned.stderr);
  t.match(await readFile(join(empty, 'stack', 'user-data.sh'), 'utf8'), /^run forward_logs$/m);
});
