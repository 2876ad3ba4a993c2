import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { APP, noApp, runCommand } from '../../support/run-app.ts';

const TOKEN = 'right-0123456789abcdef';
const WRONG = 'wrong-0123456789abcdef';
const WITHOUT = 'none';
const noAws = spawnSync('aws', ['--version']).status === 0 ? false : 'the aws CLI is not on PATH';

async function serve(t: Test) {
  const args = ['httpServer', '--host', '127.0.0.1', '--port', '0', '--invokeApi', 'token'];
  const env = { PATH: process.env.PATH, AMPHI_INVOKE_TOKEN: TOKEN, AMPHI_LOG_LEVEL: 'TRACE' };
  const child = spawn(APP, args, { env });
  t.teardown(() => child.kill('SIGKILL'));
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      log += part;
    });
  while (!log.includes('"listening"')) await sleep(20);
  const url: string = JSON.parse(log.split('\n').find((line) => line.includes('"listening"'))!).url;
  return { url, log: () => log };
}

t.test(
  'the AWS CLI invokes with the token as its access key id, and not with another',
  { skip: noApp || noAws },
  async (t) => {
    const { url, log } = await serve(t);
    const out = join(t.testdir({}), 'out.json');
    const invoke = async (name: string, id: string) => {
      const { code, stdout, stderr } = await runCommand(
        'aws',
        ['lambda', 'invoke', '--endpoint-url', url, '--output', 'json', '--function-name', name, out],
        {
          timeoutMs: 60_000,
          env: {
            HOME: t.testdirName,
            AWS_ACCESS_KEY_ID: id,
            AWS_SECRET_ACCESS_KEY: 'none',
            AWS_DEFAULT_REGION: 'eu-west-1',
            AWS_EC2_METADATA_DISABLED: 'true',
          },
        },
      );
      return { code, said: stdout + stderr };
    };
    const right = await invoke('hello', TOKEN);
    t.equal(right.code, 0, right.said);
    t.match(JSON.parse(right.said), { StatusCode: 200, ExecutedVersion: '$LATEST' });
    t.match(readFileSync(out, 'utf8'), /Hello/);
    const missing = await invoke('missing', TOKEN);
    t.match(missing.said, /ResourceNotFoundException/);
    for (const id of [WRONG, WITHOUT]) {
      const { code, said } = await invoke('hello', id);
      t.not(code, 0, id);
      t.match(said, /\(404\)|\(ROUTE_NOT_FOUND\)|Not Found/, 'as any path that is not there');
      t.notMatch(said, TOKEN);
    }
    t.notMatch(log(), TOKEN);
    t.notMatch(log(), WRONG);
  },
);

t.test('no answer and no log line holds a token, whoever sends which', { skip: noApp }, async (t) => {
  const { url, log } = await serve(t);
  const path = `${url}/2015-03-31/functions/hello/invocations`;
  const signed = (id: string) =>
    `AWS4-HMAC-SHA256 Credential=${id}/20261126/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0`;
  for (const [authorization, status] of [
    [`Bearer ${TOKEN}`, 200],
    [signed(TOKEN), 200],
    [`Bearer ${WRONG}`, 404],
    [signed(WRONG), 404],
    [`Basic ${TOKEN}`, 404],
  ] as const) {
    for (const body of ['{}', '{bad']) {
      const response = await fetch(path, { method: 'POST', body, headers: { authorization } });
      t.equal(response.status, status === 200 && body === '{bad' ? 400 : status, authorization.slice(0, 10));
      const answer = `${JSON.stringify([...response.headers])}${await response.text()}`;
      t.notMatch(answer, TOKEN);
      t.notMatch(answer, WRONG);
    }
  }
  t.notMatch(log(), TOKEN);
  t.notMatch(log(), WRONG);
});
