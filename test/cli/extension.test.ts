import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { nodeCommand } from '../support/node.ts';
import { runMain } from '../support/run-app.ts';

const MAIN = join(import.meta.dirname, 'extended.ts');

t.test('a custom command runs with its flags, after prepare', async (t) => {
  const trace = join(t.testdir(), 'trace');
  const result = await runMain(MAIN, ['greet', 'Ada', '--costCenter', 'C123'], { env: { TRACE: trace } });
  t.same(result, { code: 7, stdout: 'hello Ada from extended, cost center C123\n', stderr: '' });
  t.equal(readFileSync(trace, 'utf8'), 'prepare greet C123\nregistry\n');
  t.match((await runMain(MAIN, ['--help'])).stdout, /app greet <to> +Greet somebody/);
  t.match((await runMain(MAIN, ['provision', '--help'])).stdout, /--costCenter +Who pays/);
});

t.test('a flag is validated before anything runs', async (t) => {
  const dir = t.testdir();
  const env = { TRACE: join(dir, 'trace') };
  const cases: [args: string[], message: RegExp][] = [
    [['greet', 'Ada', '--costCenter', 'X'], /--costCenter: X is no cost center/],
    [['greet', 'Ada'], /costCenter/],
    [['provision', '--noop', '--s3Bucket', 'bucket', '--s3Key', 'k', '--costCenter', 'X'], /--costCenter: X/],
    [['describe', '--costCenter', 'C123'], /costCenter/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await runMain(MAIN, args, { env, cwd: dir });
    t.equal(code, 2, args.join(' '));
    t.match(stderr, message);
    t.equal(stdout, '');
  }
  t.notOk(existsSync(env.TRACE), 'neither prepare nor the registry ran');
  t.notOk(existsSync(join(dir, 'extended-stack')));
});

t.test('a flag for every command', async (t) => {
  t.equal((await runMain(MAIN, ['version', '--dry'])).code, 0);
});

t.test('the template decorator sees the flags', async (t) => {
  const dir = t.testdir();
  const flags = ['--s3Bucket', 'bucket', '--s3Key', 'k', '--costCenter', 'C123', '--out', 'out'];
  const result = await runMain(MAIN, ['provision', '--noop', ...flags], { cwd: dir });
  t.equal(result.code, 0, result.stderr);
  const template = JSON.parse(readFileSync(join(dir, 'out', 'template.json'), 'utf8'));
  t.same(template.Outputs.CostCenter, { Description: 'Who pays', Value: 'C123' });
  t.ok(Object.keys(template.Outputs).length > 1, 'the other outputs are still there');
});

t.test('a Fastify plugin of the service', async (t) => {
  const [node, ...args] = nodeCommand(MAIN, 'httpServer', '--port', '0', '--host', '127.0.0.1');
  const child = spawn(node, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(async () => {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  });
  const url = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line).url));
  });
  const response = await fetch(url);
  t.equal(response.headers.get('x-plugin'), 'yes');
  t.equal(await response.text(), 'extended');
});

t.test('an extension that cannot work is refused by name', async (t) => {
  const cases: [broken: string, args: string[], message: RegExp][] = [
    ['command', ['version'], /command invoke: there already is one/],
    ['flag', ['httpServer'], /flag --port: httpServer already has it/],
    ['target', ['version'], /flag --x: there is no command nowhere/],
    ['name', ['version'], /flag "Bad-Name"/],
  ];
  for (const [broken, args, message] of cases) {
    const { code, stderr } = await runMain(MAIN, args, { env: { BROKEN: broken } });
    t.equal(code, 1, broken);
    t.match(stderr, message);
    t.notMatch(stderr, /^ +at /m);
  }
});
