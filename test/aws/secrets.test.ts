import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { startFakeRuntimeApi } from '../support/fake-runtime-api.ts';
import { nodeCommand } from '../support/node.ts';
import { runCommand, runMain } from '../support/run-app.ts';

const MAIN = join(import.meta.dirname, 'secrets-main.ts');
const SECRET = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:db-AbCdEf';
const PARAMETER = 'arn:aws:ssm:eu-central-1:000000000000:parameter/shop/key';

interface Call {
  readonly target: string;
  readonly body: { SecretId?: string; Names?: string[]; WithDecryption?: boolean };
}

/** Secrets Manager and SSM by their JSON protocols. */
async function standIn(t: Test): Promise<{ env: Record<string, string>; calls: Call[] }> {
  const calls: Call[] = [];
  const server: Server = createServer(async (request, response) => {
    const target = String(request.headers['x-amz-target']);
    const body = JSON.parse(await text(request));
    calls.push({ target, body });
    const found = answer(target, body);
    response.writeHead(found ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(found ?? { __type: 'ResourceNotFoundException', message: 'no such secret' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'eu-central-1' },
    ...{ AWS_ENDPOINT_URL_SSM: endpoint, AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint },
  };
  return { env, calls };
}

function answer(target: string, { SecretId, Names = [] }: Call['body']): object | undefined {
  if (target.endsWith('.GetSecretValue'))
    return SecretId === SECRET ? { SecretString: 'hunter2' } : undefined;
  const known = Names.filter((name) => !name.includes('missing'));
  const Parameters = known.map((name) => ({
    ...(name.startsWith('arn:') ? { ARN: name } : { Name: name }),
    Value: `value of ${name}`,
  }));
  return { Parameters, InvalidParameters: Names.filter((name) => name.includes('missing')) };
}

t.test('secrets are there under their names before the service is loaded', async (t) => {
  const { env, calls } = await standIn(t);
  const AMPHI_SECRETS = JSON.stringify({ DB_PASSWORD: SECRET, API_KEY: PARAMETER });
  const options = { input: '{}', env: { ...env, AMPHI_SECRETS, PLAIN: 'plain' } };
  const { stdout, stderr, code } = await runMain(MAIN, ['invoke', 'show', '--event', '-'], options);
  t.equal(code, 0, stderr);
  t.strictSame(JSON.parse(stdout), {
    DB_PASSWORD: 'hunter2',
    API_KEY: `value of ${PARAMETER}`,
    PLAIN: 'plain',
  });
  t.match(calls.find(({ target }) => target.endsWith('GetParameters'))?.body, {
    Names: [PARAMETER],
    WithDecryption: true,
  });
});

t.test('in Lambda too, and many parameters by calls of ten', async (t) => {
  const { env, calls } = await standIn(t);
  const names = Array.from({ length: 23 }, (_, n) => `/shop/p${n}`);
  const secrets = Object.fromEntries(names.map((name, n) => [`P${n}`, name]));
  const api = await startFakeRuntimeApi();
  t.teardown(() => api.close());
  const AMPHI_SECRETS = JSON.stringify({ ...secrets, API_KEY: '/shop/key' });
  const lambda = { AWS_LAMBDA_RUNTIME_API: api.address, _HANDLER: 'show', AMPHI_SECRETS };
  const [command, ...args] = nodeCommand(MAIN);
  const ended = runCommand(command, args, { env: { ...env, ...lambda } });
  const outcome = await api.invoke({});
  t.strictSame(JSON.parse(outcome.body.toString()), { API_KEY: 'value of /shop/key' });
  t.equal(calls.length, 3);
  await api.close();
  await ended;
});

t.test('what cannot be fetched ends the start, named, and without a value', async (t) => {
  const { env } = await standIn(t);
  const other = SECRET.replace('db-', 'other-');
  const AMPHI_SECRETS = JSON.stringify({ DB_PASSWORD: other, API_KEY: '/missing', PLAIN: SECRET });
  const { stderr, code } = await runMain(MAIN, ['httpServer', '--port', '0'], {
    env: { ...env, AMPHI_SECRETS },
  });
  t.equal(code, 1);
  t.match(
    stderr,
    `secret DB_PASSWORD: ${other} could not be fetched: ResourceNotFoundException: no such secret`,
  );
  t.match(stderr, 'secret API_KEY: /missing could not be fetched: Error: there is no such parameter');
  t.notMatch(stderr, 'hunter2');
  for (const bad of ['oops', '[]', '{"A":1}', 'null']) {
    const result = await runMain(MAIN, ['httpServer', '--port', '0'], {
      env: { ...env, AMPHI_SECRETS: bad },
    });
    t.equal(result.code, 1);
    t.match(result.stderr, /^app: AMPHI_SECRETS must be a JSON object of variables/, bad);
  }
});
