import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { buildService } from '../../src/build/executable/service.ts';
import { buildEvent, HTTP_SOURCES, type HttpSourceName, readResult } from '../support/events.ts';
import { type FakeRuntimeApi, startFakeRuntimeApi } from '../support/fake-runtime-api.ts';
import { sendHttp } from '../support/http-client.ts';
import { runCommand } from '../support/run-app.ts';
import { type Adapter, forwarded, quirksOf } from './adapters.ts';
import { answers, views } from './cases.ts';
import { checkCase } from './check.ts';

// The same cases once more, through one built executable in each of its modes.

const outDir = t.testdir();
const built = await buildService({
  entry: join(import.meta.dirname, 'main.ts'),
  outDir,
  name: 'contract',
  compression: 1,
});
const executable = built.executable.path;

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(timer);
}

async function serverDoor(): Promise<Adapter & { readonly url: string }> {
  const args = ['httpServer', '--port', '0', '--host', '127.0.0.1', '--trustProxy', '127.0.0.1/32'];
  const child = spawn(executable, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const url = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => line.includes('"listening"') && resolve(JSON.parse(line).url));
    child.once('exit', (code) => reject(new Error(`httpServer ended with ${code}`)));
  });
  return {
    name: 'executable: httpServer',
    url,
    send: (plain) => sendHttp(url, plain, forwarded(plain)),
    close: () => stop(child),
  };
}

interface Runtime {
  readonly api: FakeRuntimeApi;
  readonly child: ChildProcess;
}

async function startRuntime(): Promise<Runtime> {
  const api = await startFakeRuntimeApi();
  const env = { AWS_LAMBDA_RUNTIME_API: api.address, _HANDLER: 'http' };
  const child = spawn(executable, [], { env, stdio: 'ignore' });
  return { api, child };
}

function lambdaDoor({ api }: Runtime, source: HttpSourceName): Adapter {
  return {
    name: `executable: Lambda, ${source}`,
    ...quirksOf(source),
    send: async (plain) => {
      const traceId = plain.headers?.find(([name]) => name === 'x-amzn-trace-id')?.[1];
      const headers = { 'Lambda-Runtime-Trace-Id': traceId };
      const outcome = await api.invoke(buildEvent(source, plain), { headers });
      if (outcome.kind !== 'response') throw new Error(`${outcome.kind}: ${outcome.body}`);
      return readResult(source, JSON.parse(outcome.body.toString()));
    },
  };
}

function invokeDoor(source: HttpSourceName): Adapter {
  return {
    name: `executable: invoke, ${source}`,
    ...quirksOf(source),
    send: async (plain) => {
      const input = JSON.stringify(buildEvent(source, plain));
      const { stdout } = await runCommand(executable, ['invoke', 'http', '--event', '-'], { input });
      return readResult(source, JSON.parse(stdout));
    },
    // There is no Runtime API to tell of a trace.
    viewOverrides: () => ({ traceId: null }),
  };
}

const runtime = await startRuntime();
t.teardown(async () => {
  await runtime.api.close();
  await stop(runtime.child);
});

const adapters = [
  await serverDoor(),
  ...HTTP_SOURCES.map((source) => lambdaDoor(runtime, source)),
  invokeDoor('apigateway-v1'),
];
for (const adapter of adapters) {
  t.test(adapter.name, async (t) => {
    t.teardown(() => adapter.close?.());
    for (const contract of [...views, ...answers]) {
      t.test(contract.name, { skip: adapter.skips?.(contract) ?? false }, (t) =>
        checkCase(t, adapter, contract),
      );
    }
  });
}

t.test('functions: the Runtime API, the Invoke API and app invoke give the same result', async (t) => {
  const api = await startFakeRuntimeApi();
  const env = { AWS_LAMBDA_RUNTIME_API: api.address, _HANDLER: 'hello' };
  const child = spawn(executable, [], { env, stdio: 'ignore' });
  t.teardown(async () => {
    await api.close();
    await stop(child);
  });
  const event = { name: 'Grüße 😀', list: [1, null] };
  const lambda = await api.invoke(event);
  t.equal(lambda.kind, 'response');
  t.same(JSON.parse(lambda.body.toString()), { hello: event });
  const invoked = await runCommand(executable, ['invoke', 'hello', '--event', '-'], {
    input: JSON.stringify(event),
  });
  t.same(JSON.parse(invoked.stdout), { hello: event });
  const server = await serverDoor();
  t.teardown(() => server.close?.());
  const path = '/2015-03-31/functions/hello/invocations';
  // Not by `send`: the Invoke API refuses what a proxy forwards.
  const served = await sendHttp(server.url, { method: 'POST', path, body: JSON.stringify(event) });
  t.same(JSON.parse(served.body.toString()), { hello: event });
});
