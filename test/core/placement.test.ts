import t from 'tap';
import {
  customResource,
  kinesis,
  s3,
  schedule,
  ses,
  sqs,
} from '../../src/adapters/lambda/sources/events/index.ts';
import { createRegistry, placementOf, type RunOn } from '../../src/core/index.ts';

function sample() {
  const registry = createRegistry({ name: 'shop' });
  registry.get('/', () => 'open');
  registry.get('/reports/:id', { runOn: 'instances' }, () => 'a report');
  registry.post('/reports/:id', { runOn: 'lambda' }, () => 'taken');
  registry.function('hello', () => 'hello');
  registry.function('report', { runOn: 'instances' }, () => 'made');
  registry.event('orders', sqs(), { runOn: 'both' }, () => {});
  registry.event('stream', kinesis(), () => {});
  return registry.freeze();
}

function placed(overrides?: Record<string, RunOn>): Record<string, RunOn> {
  const { routes, functions } = placementOf(sample(), overrides);
  return Object.fromEntries([
    ...routes.map(({ route, runOn }) => [`${route.method} ${route.path}`, runOn]),
    ...functions.map(({ entry, runOn }) => [entry.name, runOn]),
  ]);
}

const DECLARED = {
  'GET /': 'both',
  'GET /reports/:id': 'instances',
  'POST /reports/:id': 'lambda',
  hello: 'lambda',
  report: 'instances',
  orders: 'both',
  stream: 'lambda',
};

t.test('what the registry says, routes on both sides and all else in Lambda by default', async (t) => {
  t.strictSame(placed(), DECLARED);
});

t.test('a stage overrides it by name, by route, by path and for all', async (t) => {
  t.strictSame(placed({ hello: 'instances', 'POST /reports/:id': 'both' }), {
    ...DECLARED,
    hello: 'instances',
    'POST /reports/:id': 'both',
  });
  t.strictSame(placed({ '/reports/:id': 'lambda' }), {
    ...DECLARED,
    'GET /reports/:id': 'lambda',
  });
  const all = Object.fromEntries(Object.keys(DECLARED).map((name) => [name, 'lambda']));
  t.strictSame(placed({ '*': 'lambda', orders: 'instances' }), { ...all, orders: 'instances' });
});

t.test('an override that names nothing, and each handler that cannot run there', async (t) => {
  t.throws(() => placed({ hallo: 'lambda', 'GET /no': 'both' }), {
    name: 'ConfigError',
    message:
      'runOn "hallo": there is no such function or route\nrunOn "GET /no": there is no such function or route',
  });
  t.throws(() => placed({ '*': 'instances' }), {
    message:
      'stream: kinesis events cannot run on instances: each shard of a stream has one reader, and Lambda keeps its place',
  });
});

t.test('what cannot run on instances is refused at registration, by name and with the reason', async (t) => {
  const registry = createRegistry({ name: 'shop' });
  const refused = (register: () => unknown, message: RegExp) =>
    t.throws(register, { name: 'ConfigError', message });
  refused(
    () => registry.event('stack', customResource(), { runOn: 'instances' }, () => ({})),
    /^event stack: cloudformation events cannot run on instances: CloudFormation calls a function by its ARN$/,
  );
  refused(
    () => registry.event('mail', ses({ invocation: 'RequestResponse' }), { runOn: 'instances' }, () => {}),
    /^event mail: ses events cannot run on instances: SES waits for the answer/,
  );
  refused(
    () => registry.event('upload', s3(), { runOn: 'both' }, () => {}),
    /^event upload: s3 events cannot run on both sides, for each would be handled twice/,
  );
  refused(
    () => registry.function('hello', { runOn: 'moon' as RunOn }, () => {}),
    /^function hello: runOn must be 'lambda', 'instances' or 'both'$/,
  );
  registry.event('mail', ses(), { runOn: 'instances' }, () => {});
  registry.event('nightly', schedule(), { runOn: 'instances' }, () => {});
});

t.test('permissions and invokes are checked', async (t) => {
  const registry = createRegistry({ name: 'shop' });
  const bad = [[{ actions: [], resources: ['x'] }], [{ actions: ['s3:GetObject'] }], 'all', [null]];
  for (const permissions of bad)
    t.throws(
      () => registry.get('/x', { permissions: permissions as never }, () => ''),
      /GET \/x: permissions must be/,
    );
  t.throws(
    () => registry.get('/x', { invokes: 'report' as never }, () => ''),
    /GET \/x: invokes must be a list/,
  );
  registry.get('/x', { invokes: ['reports'] }, () => '');
  t.throws(() => registry.freeze(), {
    message: 'GET /x: invokes "reports", which is no function of this service',
  });
  registry.function(
    'reports',
    { permissions: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::b/*'] }] },
    () => 1,
  );
  t.equal(registry.freeze().functions.size, 1);
});
