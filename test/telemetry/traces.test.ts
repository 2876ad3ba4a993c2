import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { createRegistry } from '../../src/core/index.ts';
import { traceWithOpenTelemetry } from '../../src/telemetry/index.ts';
import { buildEvent } from '../support/events.ts';
import { startFakeRuntimeApi } from '../support/fake-runtime-api.ts';
import { nodeCommand } from '../support/node.ts';
import { runCommand, runMain } from '../support/run-app.ts';

const MAIN = join(import.meta.dirname, 'traces-main.ts');
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const XRAY = { trace: '5759e988bd862e3fe1be46a994272793', parent: '53995c3f42cd8ad8' };

interface Span {
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly status: { readonly code?: number };
  readonly events: readonly { readonly name: string }[];
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

/** Takes spans as an OpenTelemetry collector does. */
async function collector(
  t: Test,
): Promise<{ env: Record<string, string>; spans: Span[]; services: unknown[] }> {
  const spans: Span[] = [];
  const services: unknown[] = [];
  const server = createServer(async (request, response) => {
    const { resourceSpans } = JSON.parse(await text(request));
    for (const { resource, scopeSpans } of resourceSpans) {
      services.push(...resource.attributes.filter(({ key }: { key: string }) => key === 'service.name'));
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }, spans, services };
}

const attributesOf = ({ attributes }: Span) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

t.test('in Lambda: a request with its route and its parent by W3C', async (t) => {
  const { env, spans, services } = await collector(t);
  const api = await startFakeRuntimeApi();
  const lambda = {
    AWS_LAMBDA_RUNTIME_API: api.address,
    _HANDLER: 'http',
    AWS_LAMBDA_FUNCTION_NAME: 'traced',
  };
  const [command, ...args] = nodeCommand(MAIN);
  const ended = runCommand(command, args, { env: { ...env, ...lambda } });
  const headers: [string, string][] = [['traceparent', `00-${TRACE}-${PARENT}-01`]];
  for (const path of ['/users/7', '/fails', '/nowhere'])
    await api.invoke(buildEvent('apigateway-v2', { method: 'GET', path, headers }));
  await api.close();
  await ended;
  t.match(services[0], { value: { stringValue: 'traced' } });
  t.strictSame(
    spans.map(({ name }) => name),
    ['GET /users/:id', 'GET /fails', 'GET'],
    'each is sent before its answer, since Lambda may freeze the process then',
  );
  t.match(spans[0], { traceId: TRACE, parentSpanId: PARENT, kind: 2 });
  t.match(attributesOf(spans[0]!), {
    'http.request.method': 'GET',
    'http.route': '/users/:id',
    'url.path': '/users/7',
    'http.response.status_code': 200,
  });
  t.match(spans[1], { status: { code: 2 }, events: [{ name: 'exception' }] });
  t.match(attributesOf(spans[2]!), { 'http.response.status_code': 404 });
  t.notMatch(spans[2], { status: { code: 2 } });
});

t.test('a function has the parent that X-Ray names', async (t) => {
  const { env, spans } = await collector(t);
  const api = await startFakeRuntimeApi();
  const lambda = {
    AWS_LAMBDA_RUNTIME_API: api.address,
    _HANDLER: 'double',
    AWS_LAMBDA_FUNCTION_NAME: 'double',
  };
  const [command, ...args] = nodeCommand(MAIN);
  const ended = runCommand(command, args, { env: { ...env, ...lambda } });
  const trace = `Root=1-${XRAY.trace.slice(0, 8)}-${XRAY.trace.slice(8)};Parent=${XRAY.parent};Sampled=1`;
  const { body } = await api.invoke({ n: 21 }, { headers: { 'Lambda-Runtime-Trace-Id': trace } });
  t.equal(body.toString(), '42');
  await api.close();
  await ended;
  t.match(spans, [{ name: 'double', traceId: XRAY.trace, parentSpanId: XRAY.parent }]);
});

t.test('without a place for traces nothing is on', async (t) => {
  t.equal(traceWithOpenTelemetry(createRegistry({ name: 'shop' })), false);
  const run = (env: Record<string, string>) =>
    runMain(MAIN, ['invoke', 'double', '--event', '-'], { input: '{"n":2}', env });
  t.equal((await run({})).stdout, '4\n');
  // Nobody listens there: traces are lost, answers are not.
  const lost = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  t.match(lost, { code: 0, stdout: '4\n' });
});
