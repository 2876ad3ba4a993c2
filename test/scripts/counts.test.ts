// .ci/run's own counts: tests, not the assertions that a loop makes.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const script = readFileSync(join(import.meta.dirname, '../../.ci/run'), 'utf8');
const counts = /^print_counts\(\) \{\n[\s\S]*?^\}/m.exec(script)![0];

function count(dir: string, tap: string) {
  const file = join(dir, 'results.tap');
  writeFileSync(file, tap);
  return spawnSync('bash', ['-c', `${counts}\nprint_counts "$1"`, 'counts', file], { encoding: 'utf8' });
}

const SUMMARY = '# { total: 9, pass: 9 }\n';

t.test('blocks of tests are counted, not assertions', async (t) => {
  const tap = `# Subtest: a.test.ts
    # Subtest: first
        ok 1 - one
        ok 2 - two
    ok 1 - first # time=1ms
    ok 2 - second # SKIP no moto
    # Subtest: third
        not ok 1 - three
    not ok 3 - third # time=2ms
not ok 1 - a.test.ts # time=9ms
# Subtest: plain.test.ts
    ok 1 - an assertion
    ok 2 - an assertion
ok 2 - plain.test.ts # time=1ms
not ok 3 - crashed.test.ts # time=1ms
`;
  const { stdout, status } = count(t.testdir(), tap + SUMMARY);
  t.equal(stdout, '2 passed, 2 failed, 1 skipped\n');
  t.equal(status, 2);
});

t.test('a run that did not finish, or ran nothing, is no success', async (t) => {
  t.equal(count(t.testdir(), '# Subtest: a.test.ts\n').status, 1);
  t.equal(count(t.testdir(), '# { total: 0 }\n').status, 2);
  const failing = count(t.testdir(), `ok 1 - a.test.ts # time=1ms\n# { total: 2, pass: 1, fail: 1 }\n`);
  t.match(
    failing,
    { stdout: '1 passed, 1 failed, 0 skipped\n', status: 2 },
    'tap knows of a failure that was not seen here',
  );
});

t.test('the script is sound bash', async (t) => {
  t.doesNotThrow(() => execFileSync('bash', ['-n', join(import.meta.dirname, '../../.ci/run')]));
});
