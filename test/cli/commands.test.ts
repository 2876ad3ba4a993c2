import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runMain, SAMPLE_MAIN } from '../support/run-app.ts';

const app = (args: string[], cwd?: string) => runMain(SAMPLE_MAIN, args, { cwd });

t.test('help lists every command, and no command is a usage error', async (t) => {
  const help = await app(['--help']);
  t.equal(help.code, 0);
  for (const name of ['httpServer', 'invoke', 'lambda', 'supervisor', 'describe', 'provision', 'version']) {
    t.match(help.stdout, new RegExp(`^ +app ${name}`, 'm'));
  }
  const none = await app([]);
  t.equal(none.code, 2);
  t.match(none.stderr, /Name a command/);
  const wrong = await app(['httpSever']);
  t.equal(wrong.code, 2);
  t.match(wrong.stderr, /httpServer|httpSever/);
});

t.test('version', async (t) => {
  const { code, stdout } = await app(['version']);
  t.equal(code, 0);
  t.match(stdout, /^omega \d+\.\d+\.\d+\n/);
});

t.test('describe', async (t) => {
  const { stdout } = await app(['describe', '--format', 'json']);
  const inventory = JSON.parse(stdout);
  t.match(inventory.routes, [
    { method: 'GET', path: '/' },
    { method: 'POST', path: '/echo/:name' },
  ]);
  t.same(inventory.functions, [
    { name: 'hello', kind: 'function', runOn: 'lambda' },
    {
      ...{ name: 'nightly', kind: 'event', source: 'schedule', runOn: 'lambda' },
      trigger: { type: 'schedule', expression: 'cron(0 3 * * ? *)' },
    },
  ]);
  t.match((await app(['describe'])).stdout, /POST +\/echo\/:name +both$/m);
  const { stdout: placed } = await app(['describe', '--runOn', 'hello=instances', '--runOn', '/slow=lambda']);
  t.match(placed, /^ {2}hello {2}instances$/m);
  t.match(placed, /^ {2}GET +\/slow +lambda$/m);
  const wrong = await app(['describe', '--runOn', 'hello=moon']);
  t.match(wrong, { code: 2, stdout: '', stderr: /--runOn hello=moon is none of lambda, instances, both/ });
});

t.test('supervisor prints the program section', async (t) => {
  const ok = await app(['supervisor', '--command', '/opt/omega/app', '--port', '8080', '--env', 'A=50%']);
  t.equal(ok.code, 0);
  t.match(ok.stdout, /^\[program:omega\]$/m);
  t.match(ok.stdout, /^command=\/opt\/omega\/app httpServer --port 8080 --drainTimeout 25$/m);
  t.match(ok.stdout, /^environment=.*A="50%%"/m);
  const late = await app(['supervisor', '--stopwaitsecs', '20']);
  t.equal(late.code, 2);
  t.match(late.stderr, /^app: .*drain/);
  const env = await app(['supervisor', '--env', 'novalue']);
  t.match(env.stderr, /--env "novalue"/);
  for (const [args, message] of [
    [['--env', 'A=x\ny'], /^app: --env A: control character U\+000A at index 1$/m],
    [['--program', 'a b'], /^app: --program: "a b" may only hold/m],
    [['--startretries', '-1'], /--startretries "-1": it must be a whole number from 0/],
  ] as const)
    t.match((await app(['supervisor', ...args])).stderr, message);
  t.match((await app(['supervisor', '--startretries', '7'])).stdout, /^startretries=7$/m);
});

t.test('supervisor prints server and worker, as far as something runs on instances', async (t) => {
  const programs = async (...args: string[]) => {
    const { stdout, stderr } = await app(['supervisor', '--command', '/opt/omega/app', ...args]);
    t.equal(stderr, '');
    return stdout
      .match(/^(\[.*\]|programs=.*|command=.*)$/gm)
      ?.map((line) => line.replace('/opt/omega/app ', ''));
  };
  const drain = '--drainTimeout 25';
  t.same(
    await programs('--runOn', 'hello=instances', '--concurrency', '4', '--queue', 'hello=arn:aws:sqs:x'),
    [
      '[group:omega]',
      'programs=omega-server,omega-worker',
      '[program:omega-server]',
      `command=httpServer --port 9999 ${drain}`,
      '[program:omega-worker]',
      `command=worker --concurrency 4 --queue hello=arn:aws:sqs:x ${drain}`,
    ],
  );
  t.same(await programs('--runOn', '*=instances', '--runOn', '/=lambda', '--program', 'x'), [
    '[group:x]',
    'programs=x-server,x-worker',
    '[program:x-server]',
    `command=httpServer --port 9999 ${drain}`,
    '[program:x-worker]',
    `command=worker ${drain}`,
  ]);
  const worker = ['--runOn', '*=lambda', '--runOn', 'nightly=instances'];
  t.same(await programs(...worker, '--timeout', '900'), [
    '[program:omega]',
    `command=worker --timeout 900 ${drain}`,
  ]);
  for (const [args, message] of [
    [
      ['--runOn', 'hello=moon'],
      /--runOn "hello=moon": it must be NAME=lambda or NAME=instances or NAME=both/,
    ],
    [['--runOn', 'nobody=lambda'], /runOn "nobody": there is no such function or route/],
    [['--waitTime', '10'], /--waitTime is for the worker, and no function runs on instances/],
    [[...worker, '--concurrency', '0'], /--concurrency "0": it must be a whole number from 1 to 1000/],
  ] as const) {
    const { code, stderr } = await app(['supervisor', ...args]);
    t.equal(code, 2, stderr);
    t.match(stderr, message);
  }
});

t.test('provision --noop writes the three files', async (t) => {
  const dir = t.testdir();
  const { code, stdout } = await app(
    ['provision', '--noop', '--s3Bucket', 'my-bucket', '--s3Key', 'app.zip', '--out', 'stack'],
    dir,
  );
  t.equal(code, 0);
  t.same(stdout.trim().split('\n'), ['stack/template.json', 'stack/user-data.sh', 'stack/supervisord.conf']);
  const template = JSON.parse(readFileSync(join(dir, 'stack', 'template.json'), 'utf8'));
  const handlers = Object.values<{ Type: string; Properties: { Handler: string } }>(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => Properties.Handler);
  t.same(handlers.sort(), ['hello', 'http', 'nightly']);
  t.match(template.Resources.NightlyTriggerRule.Properties, { ScheduleExpression: 'cron(0 3 * * ? *)' });
  t.match(readFileSync(join(dir, 'stack', 'user-data.sh'), 'utf8'), /_amphi\/health\/ready/);
  t.match(readFileSync(join(dir, 'stack', 'supervisord.conf'), 'utf8'), /^\[program:omega\]$/m);
});

t.test('provision warns of what is open and unencrypted, and writes it all the same', async (t) => {
  const args = ['provision', '--noop', '--s3Bucket', 'my-bucket', '--s3Key', 'k', '--appCidr', '0.0.0.0/0'];
  const { code, stderr } = await app(args, t.testdir());
  t.equal(code, 0);
  t.match(stderr, /^app: warning: --appCidr 0\.0\.0\.0\/0 without --tlsSecretArn: .*unencrypted$/m);
});

t.test('provision refuses by name and writes nothing', async (t) => {
  const dir = t.testdir();
  const cases: [args: string[], messages: RegExp[]][] = [
    [[], [/--s3Bucket is missing/, /--s3Key is missing/]],
    [
      ['--s3Bucket', 'Bad_Bucket', '--s3Key', '/x'],
      [/--s3Bucket "Bad_Bucket"/, /--s3Key "\/x"/],
    ],
    [['--s3Bucket', 'good-bucket', '--s3Key', 'k', '--port', 'abc'], [/--port "abc"/]],
    [['--s3Bucket', 'good-bucket', '--s3Key', 'k', '--key', ' x'], [/--key " x"/]],
    [
      ['--s3Bucket', 'good-bucket', '--s3Bucket', 'other-bucket', '--s3Key', 'k'],
      [/--s3Bucket: given more than once/],
    ],
    [['--s3Bucket', 'good-bucket', '--s3Key', 'k', '--bogus', 'x'], [/bogus/]],
    [
      ['--s3Bucket', 'B', '--s3Key', 'k', '--env', 'nope', '--env', 'AB=a\nb', '--endpointUrl', 'x'],
      [
        /--s3Bucket "B"/,
        /--env "nope" is not NAME=value/,
        /--env AB: .*control character U\+000A/,
        /--endpointUrl "x": it must be/,
      ],
    ],
    [
      [
        ...['--s3Bucket', 'good-bucket', '--s3Key', 'k', '--region', 'eu-west-1', '--tlsSecretArn'],
        'arn:aws:secretsmanager:us-east-1:123456789012:secret:name-AbCdEf',
      ],
      [/--tlsSecretArn is in us-east-1, the stack in eu-west-1/],
    ],
  ];
  for (const [args, messages] of cases) {
    const { code, stdout, stderr } = await app(['provision', '--noop', '--out', 'refused', ...args], dir);
    t.not(code, 0);
    t.equal(stdout, '');
    for (const message of messages) t.match(stderr, message);
    t.notMatch(stderr, /^ +at /m, 'no stack trace');
  }
  t.notOk(existsSync(join(dir, 'refused')));
});
