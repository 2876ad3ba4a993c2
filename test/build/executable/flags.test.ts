import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { runBare, stubFiles } from './stub.ts';

const SERVICE = join(import.meta.dirname, '..', '..', '..', 'src', 'build', 'executable', 'service.ts');

/** Builds with a flag that only what the build starts can inherit: it would not run under it itself. */
const SCRIPT = `const { buildService } = await import(process.argv[1]);
process.env.NODE_OPTIONS = '--jitless';
const [entry, outDir] = process.argv.slice(2);
await buildService({ entry, outDir, name: 'stub', compression: 1, warn: console.error });`;

t.test('V8 flags of whoever builds do not spoil the code cache', async (t) => {
  const dir = t.testdir({ service: stubFiles(), empty: {}, dist: {} });
  const args = [
    '--input-type=module',
    '-e',
    SCRIPT,
    SERVICE,
    join(dir, 'service/main.ts'),
    join(dir, 'dist'),
  ];
  // `env -i`: tap would hand its own NODE_OPTIONS on to whatever is spawned.
  const command = ['-i', `PATH=${process.env.PATH}`, process.execPath, ...args];
  const built = spawnSync('env', command, { encoding: 'utf8', timeout: 120_000 });
  t.equal(built.status, 0, built.stderr);
  // A cache made under --jitless is refused by every start without it, with a warning on standard error.
  t.strictSame(runBare(join(dir, 'dist', 'stub'), ['hello'], join(dir, 'empty')), {
    status: 0,
    stdout: 'Hello from the stub, \u{1F44B}\n',
    stderr: '',
  });
});
