import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { buildEvent } from '../support/events.ts';
import { APP, noApp, type RunOptions, runCommand, runMain } from '../support/run-app.ts';

const FIXTURE = join(import.meta.dirname, 'fixture.ts');
const invoke = (args: string[], options?: RunOptions) => runMain(FIXTURE, ['invoke', ...args], options);

t.test('prints the result as JSON', async (t) => {
  const dir = t.testdir({ 'event.json': '{"n": 21}', 'bom.json': '\uFEFF{"n": 4}' });
  const file = await invoke(['double', '--event', join(dir, 'event.json')]);
  t.same(file, { code: 0, stdout: '42\n', stderr: '' });
  const piped = await invoke(['double', '--event', '-'], { input: '{"n": 5}' });
  t.same(piped, { code: 0, stdout: '10\n', stderr: '' });
  const bom = await invoke(['double', '--event', join(dir, 'bom.json')]);
  t.equal(bom.stdout, '8\n', 'a byte order mark is no part of the JSON');
  const nothing = await invoke(['nothing', '--event', '-'], { input: '1' });
  t.equal(nothing.stdout, 'null\n');
});

t.test(
  'logs go to standard error, a large result is whole, and a stray timer does not hold the exit',
  async (t) => {
    const { code, stdout, stderr } = await invoke(['chatty', '--event', '-'], { input: '{}' });
    t.equal(code, 0);
    t.equal(JSON.parse(stdout).length, 200_000);
    const line = JSON.parse(stderr);
    t.match(line, { level: 'INFO', message: 'a log line', detail: 1 });
    t.match(line.requestId, /^[0-9a-f-]{36}$/);
  },
);

t.test('a failing handler', async (t) => {
  const { code, stdout, stderr } = await invoke(['fail', '--event', '-'], { input: '{}' });
  t.equal(code, 1);
  t.equal(stdout, '');
  const payload = JSON.parse(stderr);
  t.match(payload, { errorType: 'RangeError', errorMessage: 'no good' });
  t.match(payload.stackTrace[0], /fixture\.ts/);
});

t.test('a timeout aborts the signal and fails', async (t) => {
  const { code, stderr } = await invoke(['hang', '--event', '-', '--timeout', '0.3'], { input: '{}' });
  t.equal(code, 1);
  t.match(stderr, /"message":"aborted"/);
  t.match(
    stderr,
    /"errorType": "Sandbox\.Timedout",\s+"errorMessage": "RequestId: \S+ Error: Task timed out after 0\.30 seconds"/,
  );
});

t.test('HTTP events go to the routes', async (t) => {
  const dir = t.testdir();
  const save = (path: string) => {
    const file = join(dir, `${path.slice(1)}.json`);
    writeFileSync(file, JSON.stringify(buildEvent('apigateway-v2', { method: 'GET', path })));
    return file;
  };
  const ok = await invoke(['--event', save('/ok')]);
  t.equal(ok.code, 0);
  t.match(JSON.parse(ok.stdout), { statusCode: 200, body: 'fine' });
  const failed = await invoke(['http', '--event', save('/throw')]);
  t.equal(failed.code, 1, 'a 5xx fails the command');
  t.match(JSON.parse(failed.stdout), { statusCode: 500 });
  t.match(failed.stderr, /route failed/);
});

t.test('bad input says what and where', async (t) => {
  const dir = t.testdir({
    'short.json': '{"a":',
    'bad.json': '{\n  "a": 1,\n  oops\n}',
    'empty.json': '',
    'word.json': 'nope',
  });
  const cases: [args: string[], message: RegExp, code: number][] = [
    [['double', '--event', join(dir, 'missing.json')], /missing\.json: there is no such file/, 1],
    [['double', '--event', dir], /it is a directory/, 1],
    [['double', '--event', join(dir, 'bad.json')], /bad\.json:3:3: /, 1],
    [['double', '--event', join(dir, 'short.json')], /short\.json:1:6: /, 1],
    [['double', '--event', join(dir, 'empty.json')], /empty\.json:1:1: /, 1],
    [['double', '--event', join(dir, 'word.json')], /word\.json:1:1: /, 1],
    [['double'], /event/, 2],
    [['double', '--event'], /event/, 2],
    [
      ['nobody', '--event', '-'],
      /no function nobody, use one of http, double, nothing, fail, hang, chatty/,
      2,
    ],
    [['--event', '-'], /name the function to run/, 1],
    [['double', '--event', '-', '--timeout', 'soon'], /--timeout "soon"/, 2],
    [['double', '--event', '-', '--evnt', 'x'], /evnt/, 2],
  ];
  for (const [args, message, code] of cases) {
    const result = await invoke(args, { input: '{}' });
    t.match(result.stderr, message, args.join(' '));
    t.equal(result.code, code, `exit code of ${args.join(' ')}`);
    t.equal(result.stdout, '', 'nothing on standard output');
  }
});

t.test('the executable', { skip: noApp }, async (t) => {
  const { code, stdout } = await runCommand(APP, ['invoke', 'hello', '--event', '-'], {
    input: '{"name":"Ada"}',
  });
  t.equal(code, 0);
  t.match(JSON.parse(stdout), { message: 'Hello Ada from Omega!' });
});
