import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { dynamodb, kinesis, sqs } from '../../../../src/adapters/lambda/sources/events/index.ts';
import { fail, failures, runOn, sampleOf, testContext } from './support.ts';

/** SQS messages: id, body and, on a FIFO queue, group. */
async function queueEvent(...messages: [id: string, body: string, group?: string][]) {
  const event = await sampleOf('sqs');
  const [first] = event.Records;
  event.Records = messages.map(([messageId, body, group]) => ({
    ...first,
    messageId,
    body,
    eventSourceARN: `arn:aws:sqs:eu-west-1:1:orders${group ? '.fifo' : ''}`,
    attributes: { ...first.attributes, ...(group ? { MessageGroupId: group } : {}) },
  }));
  return event;
}

async function streamEvent(...records: [sequence: string, data: string][]) {
  const event = await sampleOf('kinesis');
  const [first] = event.Records;
  event.Records = records.map(([sequenceNumber, text]) => {
    const data = Buffer.from(text).toString('base64');
    return { ...first, kinesis: { ...first.kinesis, sequenceNumber, data } };
  });
  return event;
}

t.test('sqs: failed messages are reported, the others are not', async (t) => {
  const event = await queueEvent(['a', '1'], ['b', 'bad'], ['c', '3'], ['d', '4']);
  const { seen, result, lines } = await runOn(sqs<number>({ body: 'json' }), event, ({ body }) =>
    body === 3 ? fail('three') : undefined,
  );
  t.same(
    seen.map(({ body }) => body),
    [1, 3, 4],
  );
  t.same(result, failures('b', 'c'));
  t.match(lines, [
    {
      level: 'ERROR',
      message: 'record failed',
      source: 'sqs',
      record: 'b',
      error: { name: 'RecordError', message: /^sqs record b: the body is not JSON: Unexpected token/ },
    },
    { record: 'c', error: { message: 'three' } },
  ]);
});

t.test('sqs: every message failed is every id, none failed an empty list', async (t) => {
  const event = await queueEvent(['a', '1'], ['b', '2']);
  t.same((await runOn(sqs(), event, () => fail())).result, failures('a', 'b'));
  t.same((await runOn(sqs(), event)).result, failures());
});

t.test('sqs: all at once by default, no more than concurrency', async (t) => {
  const ids = Array.from({ length: 7 }, (_, i): [string, string] => [`m${i}`, `${i}`]);
  const peak = async (concurrency?: number) => {
    let [running, most] = [0, 0];
    const { seen } = await runOn(sqs({ concurrency }), await queueEvent(...ids), async () => {
      most = Math.max(most, ++running);
      await sleep(5);
      running--;
    });
    t.equal(seen.length, 7);
    return most;
  };
  t.equal(await peak(), 7);
  t.equal(await peak(3), 3);
  t.equal(await peak(1), 1);
});

t.test('sqs FIFO: in order within a group; after a failure the rest of the group is not run', async (t) => {
  const event = await queueEvent(
    ['a1', 'x', 'A'],
    ['b1', 'x', 'B'],
    ['a2', 'fail', 'A'],
    ['a3', 'x', 'A'],
    ['b2', 'x', 'B'],
    ['a4', 'x', 'A'],
  );
  const order: string[] = [];
  const { result, lines } = await runOn(sqs(), event, async ({ messageId, body }) => {
    // The first takes longest: only waiting for it keeps the order.
    await sleep(messageId.endsWith('1') ? 20 : 0);
    order.push(messageId);
    if (body === 'fail') fail();
  });
  t.same(result, failures('a2', 'a3', 'a4'));
  t.same(
    order.filter((id) => id.startsWith('a')),
    ['a1', 'a2'],
  );
  t.same(
    order.filter((id) => id.startsWith('b')),
    ['b1', 'b2'],
  );
  t.equal(lines.length, 1, 'only what failed is logged');
});

t.test('sqs: groups of a standard queue mean no order', async (t) => {
  const event = await queueEvent(['a', 'fail'], ['b', 'x']);
  for (const record of event.Records) record.attributes.MessageGroupId = 'tenant';
  const { seen, result } = await runOn(sqs(), event, ({ body }) => (body === 'fail' ? fail() : undefined));
  t.equal(seen.length, 2);
  t.same(result, failures('a'));
});

t.test('sqs: a message without id fails the batch before anything runs', async (t) => {
  const event = await queueEvent(['a', '1'], ['', '2']);
  let runs = 0;
  await t.rejects(
    runOn(sqs(), event, () => {
      runs++;
    }),
    {
      code: 'UNSUPPORTED_EVENT',
      message: 'The sqs event is malformed: a record has no messageId.',
    },
  );
  t.equal(runs, 0);
});

t.test('without reporting, one failure fails the batch with its error after all have run', async (t) => {
  const event = await queueEvent(['a', 'fail'], ['b', 'x']);
  const ran: string[] = [];
  const handle = ({ messageId, body }: { messageId: string; body: string }) => {
    ran.push(messageId);
    if (body === 'fail') fail('first');
  };
  await t.rejects(runOn(sqs({ reportFailures: false }), event, handle), /^first$/);
  t.same(ran, ['a', 'b']);
});

t.test('shortly before the deadline the unfinished are reported and told to stop', async (t) => {
  const event = await queueEvent(['quick', ''], ['slow', ''], ['later', '']);
  const { result, lines, context } = await runOn(
    sqs({ concurrency: 2 }),
    event,
    ({ messageId }) => (messageId === 'quick' ? undefined : new Promise<void>(() => {})),
    2000,
  );
  t.same(result, failures('slow', 'later'));
  t.match(lines, [{ level: 'WARN', message: 'batch stopped before the deadline', source: 'sqs', done: 1 }]);
  t.ok(context.signal.aborted);
  t.ok(context.getRemainingTimeInMillis() > 0, 'the answer still gets out in time');
});

t.test('a handler that gives up when told to stop has not done its record', async (t) => {
  const { context } = testContext(1000);
  const handle = () =>
    new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve(), { once: true }));
  const result = await sqs().run(await queueEvent(['a', ''], ['b', '']), context, handle);
  t.same(result, failures('a', 'b'));
});

t.test(
  'what ends after the stop stays reported, and its late failure is no unhandled rejection',
  async (t) => {
    const event = await queueEvent(['a', ''], ['b', '']);
    let end = () => {};
    const gate = new Promise<void>((resolve) => {
      end = resolve;
    });
    const run = await runOn(
      sqs(),
      event,
      async ({ messageId }) => {
        await gate;
        if (messageId === 'b') fail('late');
      },
      100,
    );
    end();
    await sleep(10);
    t.same(run.result, failures('a', 'b'));
    t.equal(run.lines.length, 1, 'nothing is logged after the answer');
  },
);

t.test(
  'sqs: batch hands over all at once, and its answer is merged with what could not be decoded',
  async (t) => {
    const event = await queueEvent(['a', '1'], ['b', 'bad'], ['c', '3']);
    const source = sqs<number>({ body: 'json', batch: true });
    const { seen, result } = await runOn(source, event, () => failures('c'));
    t.same(
      seen[0]!.map(({ body }) => body),
      [1, 3],
    );
    t.same(result, failures('b', 'c'));
    t.same((await runOn(source, event)).result, failures('b'));
    await t.rejects(
      runOn(source, event, () => failures('x')),
      /sqs: the handler reported "x", which is not in/,
    );
    await t.rejects(
      runOn(source, event, () => fail('whole')),
      /whole/,
    );
    const none = await runOn(source, await queueEvent(['a', 'bad']));
    t.same(none.seen, [], 'the handler is not called for nothing');
    t.same(none.result, failures('a'));
  },
);

t.test('sqs FIFO: batch leaves out the rest of a group that cannot be decoded', async (t) => {
  const event = await queueEvent(['a1', 'bad', 'A'], ['b1', '1', 'B'], ['a2', '2', 'A']);
  const { seen, result } = await runOn(sqs<number>({ body: 'json', batch: true }), event);
  t.same(
    seen[0]!.map(({ messageId }) => messageId),
    ['b1'],
  );
  t.same(result, failures('a1', 'a2'));
});

t.test('streams: in order, the first failure stops and is the one reported', async (t) => {
  const event = await streamEvent(['101', '1'], ['102', '2'], ['103', '3'], ['104', '4']);
  const { seen, result } = await runOn(kinesis<number>({ data: 'json' }), event, async ({ data }) => {
    await sleep(5 - data);
    if (data === 2) fail();
  });
  t.same(
    seen.map(({ data }) => data),
    [1, 2],
  );
  t.same(result, failures('102'));
  const undecodable = await streamEvent(['101', '1'], ['102', 'bad'], ['103', '3']);
  const second = await runOn(kinesis<number>({ data: 'json' }), undecodable);
  t.same(second.result, failures('102'));
  t.equal(second.seen.length, 1);
  t.match(second.lines, [{ record: '102', error: { message: /^kinesis record 102: the data is not JSON/ } }]);
  t.same((await runOn(kinesis(), event)).result, failures());
});

t.test('streams: at the deadline the running record is reported', async (t) => {
  const event = await streamEvent(['101', '1'], ['102', '2'], ['103', '3']);
  const { result } = await runOn(
    kinesis({ data: 'text' }),
    event,
    ({ data }) => (data === '2' ? new Promise<void>(() => {}) : undefined),
    200,
  );
  t.same(result, failures('102'));
});

t.test('streams: without reporting the error itself; a record without number fails the batch', async (t) => {
  const event = await streamEvent(['101', '1'], ['102', '2']);
  await t.rejects(
    runOn(kinesis({ reportFailures: false }), event, () => fail('boom')),
    /boom/,
  );
  event.Records[1].kinesis.sequenceNumber = undefined;
  await t.rejects(runOn(kinesis(), event), { code: 'UNSUPPORTED_EVENT', message: /no sequenceNumber/ });
});

t.test('streams: batch gets what comes before the first that cannot be decoded', async (t) => {
  const event = await streamEvent(['101', '1'], ['102', 'bad'], ['103', '3']);
  const { seen, result } = await runOn(kinesis<number>({ data: 'json', batch: true }), event);
  t.same(
    seen[0]!.map(({ data }) => data),
    [1],
  );
  t.equal(result.batchItemFailures[0].itemIdentifier, '102');
});

t.test('dynamodb: a bad image fails its record, naming the attribute', async (t) => {
  const event = await sampleOf('dynamodb');
  const [first] = event.Records;
  const second = structuredClone(first);
  second.dynamodb.SequenceNumber = '5';
  second.dynamodb.NewImage.deep = { L: [{ M: { big: { N: '9007199254740993' } } }] };
  event.Records = [first, second];
  const { result, lines } = await runOn(dynamodb(), event);
  t.same(result, failures('5'));
  t.match(lines, [
    {
      error: {
        message:
          "dynamodb record 5: NewImage: attribute deep[0].big is 9007199254740993, more than a number can hold: use numbers: 'bigint' or 'string'",
      },
    },
  ]);
  const big = await runOn(dynamodb<{ deep: { big: bigint }[] }>({ numbers: 'bigint' }), event);
  t.same(big.result, failures());
  t.equal(big.seen[1]!.newImage!.deep[0]!.big, 9007199254740993n);
});

t.test(
  'a tumbling window keeps its state from batch to batch, to the last call without records',
  async (t) => {
    const base = await sampleOf('kinesis');
    const windowed = kinesis<{ total: number }>({ batch: true, tumblingWindow: 60 });
    const about = {
      window: { start: '2026-11-26T00:00:00Z', end: '2026-11-26T00:01:00Z' },
      shardId: 'shardId-000000000006',
      eventSourceARN: base.Records[0].eventSourceARN,
      isFinalInvokeForWindow: false,
      isWindowTerminatedEarly: false,
    };
    const count = ({
      records,
      state,
    }: {
      records: readonly unknown[];
      state: { total: number } | undefined;
    }) => ({
      state: { total: (state?.total ?? 0) + records.length },
    });
    const first = await runOn(windowed, { ...base, ...about, state: {} }, count);
    t.strictSame(first.result, { batchItemFailures: [], state: { total: base.Records.length } });
    const last = { ...about, Records: [], state: first.result.state, isFinalInvokeForWindow: true };
    const final = await runOn(windowed, last, ({ final, state }) => (final ? { state } : undefined));
    t.match(final.seen, [
      { records: [], final: true, end: new Date('2026-11-26T00:01:00Z'), state: first.result.state },
    ]);
    t.strictSame(final.result, { batchItemFailures: [], state: first.result.state });
    const silent = await runOn(windowed, last, () => undefined);
    t.strictSame(silent.result.state, first.result.state, 'a handler that returns none keeps it');
    t.match(await runOn(kinesis(), last), {
      seen: [],
      result: { batchItemFailures: [], state: first.result.state },
    });
    t.throws(() => kinesis({ tumblingWindow: 60 } as never), /tumblingWindow 60: it needs batch: true/);
    t.throws(
      () => kinesis({ batch: true, tumblingWindow: 901 }),
      /tumblingWindow 901: it must be a whole number/,
    );
  },
);
