import t from 'tap';
import { type FirehoseResult, firehose } from '../../../../src/adapters/lambda/sources/events/index.ts';
import { fail, runOn, sampleOf } from './support.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

async function eventOf(...texts: string[]) {
  const event = await sampleOf('firehose');
  const [first] = event.records;
  event.records = texts.map((text, i) => ({ ...first, recordId: `r${i}`, data: base64(text) }));
  return event;
}

t.test('each record comes back once, in order, with what became of it', async (t) => {
  const event = await eventOf('a', 'drop', 'fail', 'keys', 'bytes', 'nothing');
  const { result, lines } = await runOn(firehose({ data: 'text' }), event, ({ data }): FirehoseResult => {
    if (data === 'drop') return { dropped: true };
    if (data === 'fail') return fail('bad record');
    if (data === 'keys') return { data: 'k\n', partitionKeys: { customer: '1' } };
    if (data === 'bytes') return new Uint8Array([0, 255]);
    if (data === 'nothing') return undefined as unknown as string;
    return `${data.toUpperCase()}é\n`;
  });
  t.same(result, {
    records: [
      { recordId: 'r0', result: 'Ok', data: base64('Aé\n') },
      { recordId: 'r1', result: 'Dropped' },
      { recordId: 'r2', result: 'ProcessingFailed', data: base64('fail') },
      { recordId: 'r3', result: 'Ok', data: base64('k\n'), metadata: { partitionKeys: { customer: '1' } } },
      { recordId: 'r4', result: 'Ok', data: 'AP8=' },
      { recordId: 'r5', result: 'ProcessingFailed', data: base64('nothing') },
    ],
  });
  t.match(lines, [
    { record: 'r2', error: { message: 'bad record' } },
    { record: 'r5', error: { message: /^firehose record r5: the handler returned neither text nor bytes/ } },
  ]);
});

t.test('broken JSON fails its record; so does what is late', async (t) => {
  const bad = await runOn(firehose({ data: 'json' }), await eventOf('{', '{"a":1}'), ({ data }) =>
    JSON.stringify(data),
  );
  t.match(bad.result.records, [{ result: 'ProcessingFailed' }, { result: 'Ok', data: base64('{"a":1}') }]);
  const late = await runOn(
    firehose({ data: 'text' }),
    await eventOf('quick', 'slow'),
    ({ data }) => (data === 'quick' ? data : new Promise<string>(() => {})),
    200,
  );
  t.match(late.result.records, [
    { recordId: 'r0', result: 'Ok' },
    { recordId: 'r1', result: 'ProcessingFailed' },
  ]);
});

t.test('data is bytes unless asked otherwise', async (t) => {
  const { seen } = await runOn(firehose(), await eventOf('é'), ({ data }) => data);
  t.same(seen[0]!.data, new Uint8Array([0xc3, 0xa9]));
  t.equal(seen[0]!.arrivedAt.toISOString(), '2025-11-25T00:00:00.000Z');
});
