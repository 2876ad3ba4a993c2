import t from 'tap';
import { SqsStandIn } from '../../scripts/bench/sqs-stand-in.ts';
import { startHttpServer } from '../../src/adapters/http/index.ts';
import { resolveFunction } from '../../src/adapters/lambda/index.ts';
import { connectSiblings } from '../../src/aws/siblings.ts';
import { Context, createLogger, createRegistry } from '../../src/core/index.ts';

// Where a deployed function or instance sends its calls, by the environment that the template writes.

process.env.AWS_ACCESS_KEY_ID = 'local';
process.env.AWS_SECRET_ACCESS_KEY = 'local';
const logger = createLogger({ write: () => {} });

const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793';
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:';

function service() {
  const registry = createRegistry({ name: 'shop' });
  registry.function('add', (event: { n: number }) => event.n + 1);
  registry.function('fail', () => {
    throw new RangeError('no good');
  });
  const invokes = ['add', 'fail'];
  registry.function('caller', { invokes }, (event: { name: string; wait?: boolean }, context) =>
    context.invoke(event.name, { n: 1 }, { wait: event.wait ?? true }),
  );
  return registry.freeze();
}

/** What `caller` gets where the environment is so. */
function call(name: string, wait: boolean, env: Record<string, string>): Promise<unknown> {
  const own = service();
  connectSiblings(own, env);
  const context = new Context({ requestId: 'r', functionName: 'caller', traceId: TRACE, logger });
  return Promise.resolve(resolveFunction(own, 'caller')!({ name, wait }, context));
}

t.test('functions in Lambda, by its Invoke API', async (t) => {
  const lambda = await startHttpServer(service(), { port: 0, host: '127.0.0.1', logger, resolveFunction });
  t.teardown(() => lambda.close());
  process.env.AWS_ENDPOINT_URL_LAMBDA = lambda.url;
  t.teardown(() => delete process.env.AWS_ENDPOINT_URL_LAMBDA);
  const env = { AMPHI_TARGETS: JSON.stringify({ add: `${ARN}add`, fail: `${ARN}fail` }) };
  t.equal(await call('add', true, env), 2);
  t.match(await call('add', false, env), { requestId: /^[0-9a-f-]{36}$/ });
  await t.rejects(call('fail', true, env), { name: 'RangeError', message: 'no good' });

  // One that calls itself needs no target.
  const self = { _HANDLER: 'add', AWS_LAMBDA_FUNCTION_NAME: 'add' };
  process.env.AWS_REGION = 'us-east-1';
  t.equal(await call('add', true, self), 2);
});

t.test('functions on instances, by their queue', async (t) => {
  const sqs = new SqsStandIn();
  await sqs.listen();
  t.teardown(() => sqs.close());
  process.env.AWS_ENDPOINT_URL_SQS = sqs.endpoint;
  t.teardown(() => delete process.env.AWS_ENDPOINT_URL_SQS);
  const queue = sqs.queue('reports');
  const env = { AMPHI_TARGETS: JSON.stringify({ add: queue.arn }), AMPHI_QUEUES: '{}' };
  const taken = (await call('add', false, env)) as { requestId: string };
  const [message] = queue.peek();
  t.match(message, { id: taken.requestId, body: '{"n":1}', sent: { system: { AWSTraceHeader: TRACE } } });
  const fifo = sqs.queue('ordered.fifo');
  await call('add', false, { ...env, AMPHI_TARGETS: JSON.stringify({ add: fifo.arn }) });
  t.match(fifo.peek(), [{ sent: { group: 'add' } }], 'calls of an ordered queue are one group');
  await t.rejects(call('add', true, env), {
    name: 'ConfigError',
    message: /add: it runs on instances and is reached by a queue, so nobody can wait for it/,
  });
  // But who is on an instance too can wait.
  t.equal(await call('add', true, { ...env, AMPHI_QUEUES: JSON.stringify({ add: queue.arn }) }), 2);
  t.equal(queue.size, 1);
});

t.test('an environment that says nothing of it, or nothing that can be read', async (t) => {
  await t.rejects(call('add', true, { AMPHI_TARGETS: '{}' }), /add: AMPHI_TARGETS says nothing of it/);
  await t.rejects(call('add', true, { AWS_LAMBDA_FUNCTION_NAME: 'x', _HANDLER: 'y' }), /says nothing of it/);
  await t.rejects(call('add', true, { AMPHI_TARGETS: 'oops' }), /AMPHI_TARGETS is no JSON: oops/);
  await t.rejects(
    call('add', false, { AMPHI_TARGETS: '{"add":"arn:aws:s3:::b"}' }),
    /queue of add: "arn:aws:s3:::b"/,
  );
  t.equal(await call('add', true, {}), 2, 'locally it runs in this process');
});
