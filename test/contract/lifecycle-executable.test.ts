import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { buildService } from '../../src/build/executable/service.ts';
import { startFakeRuntimeApi } from '../support/fake-runtime-api.ts';
import { startLambda } from '../support/lambda-process.ts';
import { runCommand } from '../support/run-app.ts';
import { orderIn } from './lifecycle-ways.ts';

// In the executable what runs the hooks is an asset, and so are server and command line: all share one copy of the core.

const outDir = t.testdir();
const entry = join(import.meta.dirname, 'lifecycle-main.ts');
const { executable } = await buildService({ entry, outDir, name: 'lifecycle', compression: 1 });
const ORDER = ['openPool', 'loadPrices', 'openInner', 'function', 'closeInner', 'flush', 'closePool'];

function orderFile(name: string): string {
  const file = join(outDir, name);
  writeFileSync(file, '');
  return file;
}

t.test('app invoke runs the hooks, and tells of one that fails in one line', async (t) => {
  const ORDER_FILE = orderFile('invoke');
  const args = ['invoke', 'work', '--event', '-'];
  const { code, stderr } = await runCommand(executable.path, args, { input: '{}', env: { ORDER_FILE } });
  t.equal(code, 0, stderr);
  t.strictSame(orderIn(ORDER_FILE), ORDER);
  const env = { ORDER_FILE, HOOK_FAILS: 'openInner' };
  const failed = await runCommand(executable.path, args, { input: '{}', env });
  t.equal(failed.code, 1);
  t.match(failed.stderr, /^app: onStart openInner of registry inner: no openInner( \([^\n]*\))?\n$/);
});

t.test('app httpServer ends at once when a hook fails', async (t) => {
  const env = { ORDER_FILE: orderFile('server'), HOOK_FAILS: 'loadPrices' };
  const args = ['httpServer', '--port', '0', '--host', '127.0.0.1'];
  const { code, stderr, stdout } = await runCommand(executable.path, args, { env });
  t.equal(code, 1);
  t.equal(stdout, '');
  t.match(stderr, /^app: onStart loadPrices of registry outer: no loadPrices( \([^\n]*\))?\n$/);
  t.strictSame(orderIn(env.ORDER_FILE), ['openPool', 'closePool']);
});

t.test('Lambda runs the hooks', async (t) => {
  const ORDER_FILE = orderFile('lambda');
  const api = await startFakeRuntimeApi();
  t.teardown(() => api.close());
  const lambda = startLambda(api, { handler: 'work', command: [executable.path], env: { ORDER_FILE } });
  t.equal((await api.invoke({})).kind, 'response');
  await api.until(() => api.parked === 1);
  lambda.child.kill('SIGTERM');
  t.equal(await lambda.exited, 0, lambda.output());
  t.strictSame(orderIn(ORDER_FILE), ORDER);
});
