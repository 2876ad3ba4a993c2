import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runMain } from '../support/run-app.ts';

const MAIN = join(import.meta.dirname, 'stage-main.ts');

async function emitted(cwd: string, ...args: string[]) {
  const { code, stdout, stderr } = await runMain(MAIN, ['provision', '--noop', ...args], { cwd });
  if (code !== 0) throw new Error(stderr);
  const [file] = stdout.split('\n');
  const template = JSON.parse(readFileSync(join(cwd, file!), 'utf8'));
  return { file, template, http: template.Resources.HttpFunction?.Properties };
}

t.test('--stage chooses what is deployed; flags go before it', async (t) => {
  const cwd = t.testdir();
  const dev = await emitted(cwd, '--stage', 'dev');
  t.equal(dev.file, 'staged-dev-stack/template.json');
  t.match(dev.http, { MemorySize: 256, Environment: { Variables: { AMPHI_STAGE: 'dev' } } });
  t.notOk(dev.template.Resources.AutoScalingGroup, 'a stage of Lambda alone has no instances');
  const prod = await emitted(cwd, '--stage', 'prod', '--env', 'LEVEL=three', '--env', 'MORE=1');
  t.match(prod.http, { MemorySize: 1024 });
  t.strictSame(prod.http.Environment.Variables, { AMPHI_STAGE: 'prod', LEVEL: 'three', MORE: '1' });
  t.ok(prod.template.Resources.AutoScalingGroup);
  t.match((await emitted(cwd, '--stage', 'prod', '--memorySize', '2048')).http, { MemorySize: 2048 });
});

t.test('a stage is required where there are any, in every command that has to do with a stack', async (t) => {
  for (const command of ['provision', 'status', 'delete', 'describe']) {
    const { code, stderr } = await runMain(MAIN, [command]);
    t.equal(code, 2, command);
    t.equal(stderr, 'app: --stage is missing: one of dev, prod\n');
  }
  const { code, stderr } = await runMain(MAIN, ['status', '--stage', 'test']);
  t.equal(code, 2);
  t.equal(stderr, 'app: --stage "test" is none of dev, prod\n');
});

t.test('a topology that is wrong is told by the commands that read it, and by no other', async (t) => {
  const env = { BAD_TOPOLOGY: '1' };
  const { code, stderr } = await runMain(MAIN, ['describe', '--stage', 'dev'], { env });
  t.equal(code, 2);
  t.equal(stderr, 'app: topology: memorySize 1 is not a whole number from 128 to 10240\n');
  t.equal((await runMain(MAIN, ['version'], { env })).code, 0);
});

t.test('what is missing is told before the terminal is', async (t) => {
  const { code, stderr } = await runMain(MAIN, ['provision', '--stage', 'prod', '--alb', 'internal']);
  t.equal(code, 2);
  t.equal(stderr, 'app: --alb needs --trustProxy\n');
  const asked = await runMain(MAIN, ['provision', '--stage', 'prod']);
  t.match(asked, { code: 1, stderr: /standard input is no terminal, so nobody can confirm; give --yes/ });
});
