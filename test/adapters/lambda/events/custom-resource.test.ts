import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import {
  type CustomResourceRequest,
  customResource,
} from '../../../../src/adapters/lambda/sources/events/index.ts';
import { fail, runOn, sampleOf } from './support.ts';

interface Put {
  method: string | undefined;
  type: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into it
  body: any;
  size: number;
}

/** Stands for the presigned URL: gives the statuses in turn, then 200. */
async function responseUrl(t: Test, ...statuses: (number | 'drop')[]) {
  const puts: Put[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const body = await text(request);
    const { method, headers } = request;
    puts.push({
      method,
      type: headers['content-type'],
      body: JSON.parse(body),
      size: Buffer.byteLength(body),
    });
    const status = statuses.shift() ?? 200;
    if (status === 'drop') request.socket.destroy();
    else response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?X-Amz-Signature=secret`;
  return { url, puts };
}

const STACK =
  'arn:aws:cloudformation:eu-west-1:123456789012:stack/orders/5b918d10-cd98-11ea-90d5-0a9cd3354c10';

async function eventOf(url: string, changes: object = {}) {
  return { ...(await sampleOf('cloudformation')), ResponseURL: url, ...changes };
}

t.test('Create: the answer is put with a stable id and the data', async (t) => {
  const { url, puts } = await responseUrl(t);
  const { seen, result } = await runOn(customResource(), await eventOf(url), () => ({ data: { Rows: 3 } }));
  t.match(seen, [
    { type: 'Create', logicalResourceId: 'SeedData', resourceType: 'Custom::SeedData', stackId: STACK },
  ]);
  t.same(seen[0]!.properties, { Table: 'orders' }, 'without the service token');
  t.equal(result, undefined);
  t.same(puts, [
    {
      method: 'PUT',
      type: '',
      size: puts[0]!.size,
      body: {
        Status: 'SUCCESS',
        PhysicalResourceId: 'orders-SeedData-5b918d10',
        Data: { Rows: 3 },
        StackId: STACK,
        RequestId: '9bd2b8c4-1b1f-4b4e-8d4a-2d2a0e7c8f10',
        LogicalResourceId: 'SeedData',
      },
    },
  ]);
  await runOn(customResource(), await eventOf(url, { RequestId: 'other' }));
  t.equal(puts[1]!.body.PhysicalResourceId, puts[0]!.body.PhysicalResourceId);
});

t.test('Update and Delete keep the id; an Update may give another', async (t) => {
  const { url, puts } = await responseUrl(t);
  const update = await eventOf(url, {
    RequestType: 'Update',
    PhysicalResourceId: 'seed-1',
    OldResourceProperties: { ServiceToken: 'x', Table: 'old' },
  });
  const { seen } = await runOn(customResource(), update);
  t.match(seen, [{ type: 'Update', physicalResourceId: 'seed-1', oldProperties: { Table: 'old' } }]);
  await runOn(customResource(), update, () => ({ physicalResourceId: 'seed-2', noEcho: true }));
  await runOn(customResource(), update, () => fail('no table'));
  const remove = await eventOf(url, { RequestType: 'Delete', PhysicalResourceId: 'seed-1' });
  await runOn(customResource(), remove);
  await runOn(customResource(), remove, () => ({ physicalResourceId: 'other' }));
  t.match(
    puts.map(({ body }) => body),
    [
      { Status: 'SUCCESS', PhysicalResourceId: 'seed-1' },
      { Status: 'SUCCESS', PhysicalResourceId: 'seed-2', NoEcho: true },
      { Status: 'FAILED', PhysicalResourceId: 'seed-1', Reason: 'no table' },
      { Status: 'SUCCESS', PhysicalResourceId: 'seed-1' },
      { Status: 'FAILED', PhysicalResourceId: 'seed-1', Reason: /changed physicalResourceId at Delete/ },
    ],
  );
});

t.test('a failed Create is rolled back without the handler', async (t) => {
  const { url, puts } = await responseUrl(t);
  const { lines } = await runOn(customResource(), await eventOf(url), () => fail('no such table'));
  const { Status, Reason, PhysicalResourceId } = puts[0]!.body;
  t.match({ Status, Reason }, { Status: 'FAILED', Reason: 'no such table' });
  t.match(lines, [{ message: 'custom resource failed', error: { message: 'no such table' } }]);
  const rollback = await eventOf(url, { RequestType: 'Delete', PhysicalResourceId });
  const { seen } = await runOn(customResource(), rollback, () => fail());
  t.same(seen, []);
  t.match(puts[1]!.body, { Status: 'SUCCESS', PhysicalResourceId });
});

t.test('a timeout is told before the deadline, and its Delete reaches the handler', async (t) => {
  const { url, puts } = await responseUrl(t);
  const hang = () => new Promise<undefined>(() => {});
  const { context } = await runOn(customResource(), await eventOf(url), hang, 400);
  t.ok(context.getRemainingTimeInMillis() > 0);
  t.ok(context.signal.aborted);
  t.match(puts[0]!.body, { Status: 'FAILED', Reason: 'the Create ran out of time' });
  const id = puts[0]!.body.PhysicalResourceId;
  t.equal(id, 'orders-SeedData-5b918d10');
  const remove = await eventOf(url, { RequestType: 'Delete', PhysicalResourceId: id });
  t.equal((await runOn(customResource(), remove)).seen.length, 1);
});

t.test('an answer that CloudFormation would refuse is a failure that fits', async (t) => {
  const { url, puts } = await responseUrl(t);
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const answers: [answer: object, reason: RegExp][] = [
    [{ data: { big: 'x'.repeat(5000) } }, /the answer has 5\d{3} bytes as JSON; CloudFormation takes 4096/],
    [{ data: cycle }, /the data of the handler is no JSON: .*circular/],
    [{ data: { n: 1n } }, /is no JSON: .*BigInt/],
    [{ physicalResourceId: '' }, /bad physicalResourceId: ""/],
    [{ physicalResourceId: 7 }, /bad physicalResourceId: 7/],
  ];
  for (const [answer, reason] of answers) {
    await runOn(customResource(), await eventOf(url), () => answer);
    t.match(puts.at(-1)!.body, { Status: 'FAILED', Reason: reason });
  }
  await runOn(customResource(), await eventOf(url), () => fail('é'.repeat(5000)));
  t.ok(puts.at(-1)!.size <= 4096);
  t.match(puts.at(-1)!.body.Reason, /^é{1021}\.\.\.$/);
  await runOn(customResource(), await eventOf(url), () => fail(''));
  t.equal(puts.at(-1)!.body.Reason, 'an error without a message');
});

t.test('the response is put again after a dropped socket or a 5xx, not after a 4xx', async (t) => {
  const flaky = await responseUrl(t, 'drop', 503);
  const { lines } = await runOn(customResource(), await eventOf(flaky.url));
  t.equal(flaky.puts.length, 3);
  t.same(flaky.puts[0], flaky.puts[2]);
  t.match(lines, [
    { level: 'WARN', attempt: 1, problem: 'socket hang up' },
    { attempt: 2, message: 'CloudFormation did not take the response' },
  ]);
  t.notMatch(JSON.stringify(lines), /secret/);
  const expired = await responseUrl(t, 403);
  await t.rejects(
    runOn(customResource(), await eventOf(expired.url)),
    /the response to CloudFormation could not be sent: status 403/,
  );
  t.equal(expired.puts.length, 1);
});

t.test('malformed requests are refused without a call', async (t) => {
  const seen: CustomResourceRequest[] = [];
  const cases: [changes: object, message: RegExp][] = [
    [{ RequestType: 'Replace' }, /RequestType is "Replace"/],
    [{ ResponseURL: undefined }, /ResponseURL is missing, not a string/],
    [{ RequestType: 'Delete', PhysicalResourceId: 7 }, /PhysicalResourceId is 7, not a string/],
  ];
  for (const [changes, message] of cases) {
    const event = await eventOf('http://127.0.0.1:9/', changes);
    const run = runOn(customResource(), event, (request) => {
      seen.push(request);
    });
    await t.rejects(run, { code: 'UNSUPPORTED_EVENT', message });
  }
  t.same(seen, []);
  await t.rejects(
    runOn(customResource(), await eventOf('ftp://x/?secret')),
    /ResponseURL is no http\(s\) URL/,
  );
});

t.test(
  'an update or a delete without an id, as local generators make them, has the default one',
  async (t) => {
    for (const type of ['Update', 'Delete'] as const) {
      const { url, puts } = await responseUrl(t, 200);
      const event = await eventOf(url, { RequestType: type, PhysicalResourceId: undefined });
      const { seen } = await runOn(customResource(), event);
      t.match(seen, [{ type, physicalResourceId: 'orders-SeedData-5b918d10' }]);
      t.match(JSON.stringify(puts), /orders-SeedData-5b918d10/);
    }
  },
);
