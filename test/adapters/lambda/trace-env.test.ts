// A variable of the process that is none: the C library keeps every value that one ever had.
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { shareTraceId } from '../../../src/adapters/lambda/runtime/trace-env.ts';

const NAME = '_X_AMZN_TRACE_ID';

t.test('the trace id is read, listed, copied and inherited as any variable', async (t) => {
  const before = process.env;
  t.teardown(() => {
    process.env = before;
  });
  process.env[NAME] = 'of the parent';
  const set = shareTraceId();
  t.equal(process.env[NAME], undefined, 'what the parent left is no invocation');
  t.notOk(NAME in process.env);
  t.notOk(Object.keys(process.env).includes(NAME));
  set('Root=1-a');
  t.equal(process.env[NAME], 'Root=1-a');
  t.ok(NAME in process.env && Object.hasOwn(process.env, NAME));
  t.equal({ ...process.env }[NAME], 'Root=1-a');
  const child = spawnSync('/bin/sh', ['-c', `echo $${NAME}`], { encoding: 'utf8' });
  t.equal(child.stdout, 'Root=1-a\n');
  process.env[NAME] = 'own';
  t.equal(process.env[NAME], 'own');
  delete process.env[NAME];
  t.equal(process.env[NAME], undefined);
  set('Root=2');
  set(undefined);
  t.notOk(NAME in process.env);
});

t.test('all other variables are those of the process', async (t) => {
  const before = process.env;
  t.teardown(() => {
    process.env = before;
    delete before.AMPHI_TEST_VARIABLE;
  });
  shareTraceId();
  process.env.AMPHI_TEST_VARIABLE = 7 as never;
  t.equal(process.env.AMPHI_TEST_VARIABLE, '7');
  t.equal(before.AMPHI_TEST_VARIABLE, '7');
  t.strictSame(Object.keys(process.env).sort(), Object.keys(before).sort());
  delete process.env.AMPHI_TEST_VARIABLE;
  t.notOk('AMPHI_TEST_VARIABLE' in before);
});
