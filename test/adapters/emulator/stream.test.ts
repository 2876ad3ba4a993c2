import { type ClientRequest, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import t from 'tap';
import { encodeMessage } from '../../../src/adapters/emulator/api/event-stream.ts';
import { buildEvent } from '../../support/events.ts';
import { isAlive, startFor, until } from './support.ts';

interface Message {
  readonly headers: Record<string, string>;
  readonly payload: Buffer;
}

const toUtf8 = (bytes: Uint8Array | string) => Buffer.from(bytes as Uint8Array).toString();
const fromUtf8 = (text: string) => Uint8Array.from(Buffer.from(text));
const codec = new EventStreamCodec(toUtf8, fromUtf8);

/** The messages of an event stream by the AWS SDK's decoder, which throws at anything wrong. */
function decodeMessages(bytes: Buffer): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + bytes.readUInt32BE(at);
    const { headers, body } = codec.decode(bytes.subarray(at, end));
    const values = Object.entries(headers).map(([name, { value }]) => [name, String(value)]);
    messages.push({ headers: Object.fromEntries(values), payload: Buffer.from(body) });
    at = end;
  }
  return messages;
}

function read(bytes: Buffer) {
  const messages = decodeMessages(bytes);
  const complete = messages.at(-1)!;
  const chunks = messages.slice(0, -1);
  return {
    types: messages.map(({ headers }) => headers[':event-type']),
    body: Buffer.concat(chunks.map(({ payload }) => payload)).toString(),
    complete: JSON.parse(complete.payload.toString()),
  };
}

t.test("a message is byte for byte the AWS SDK's", async (t) => {
  const cases: [headers: Record<string, string>, payload: string][] = [
    [{ a: 'b' }, '{}'],
    [{ ':event-type': 'PayloadChunk', ':message-type': 'event' }, 'é'.repeat(70_000)],
    [{ long: 'x'.repeat(300), accented: 'é' }, ''],
    [{}, ''],
  ];
  for (const [headers, payload] of cases) {
    const typed = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }]);
    const expected = codec.encode({ headers: Object.fromEntries(typed), body: Buffer.from(payload) });
    t.ok(encodeMessage(headers, Buffer.from(payload)).equals(expected), JSON.stringify(headers).slice(0, 40));
  }
});

t.test('a streamed response comes in pieces, as they are written', async (t) => {
  const { emulator, stream } = await startFor(t);
  await stream('stream', { pieces: ['warm'] });
  const url = `${emulator.url}/2021-11-15/functions/stream/response-streaming-invocations`;
  const body = JSON.stringify({ pieces: ['one ', 'two é'], ms: 1500 });
  const response = await fetch(url, { method: 'POST', body, headers: { 'x-amz-log-type': 'Tail' } });
  t.match(
    [response.status, response.headers.get('content-type')],
    [200, 'application/vnd.amazon.eventstream'],
  );
  t.equal(response.headers.get('x-amzn-remapped-content-type'), 'application/octet-stream');
  const reader = response.body!.getReader();
  const first = Buffer.from((await reader.read()).value!);
  t.match(
    decodeMessages(first),
    [{ headers: { ':event-type': 'PayloadChunk' } }],
    'the first before the second is made',
  );
  t.equal(decodeMessages(first)[0]!.payload.toString(), 'one ');
  const rest: Buffer[] = [first];
  for (let step = await reader.read(); !step.done; step = await reader.read())
    rest.push(Buffer.from(step.value));
  const { types, body: whole, complete } = read(Buffer.concat(rest));
  t.strictSame(types, ['PayloadChunk', 'PayloadChunk', 'InvokeComplete']);
  t.equal(whole, 'one two é');
  t.match(Buffer.from(complete.LogResult, 'base64').toString(), /^START[\s\S]*REPORT.*\n$/);
});

t.test('a buffered response is one chunk; a streamed one is collected for a plain invoke', async (t) => {
  const { stream, invoke, lines, output } = await startFor(t);
  t.match(read((await stream('echo', '{"a":1}')).bytes), {
    types: ['PayloadChunk', 'InvokeComplete'],
    body: '{"a":1}',
    complete: {},
  });
  const plain = await invoke('stream', { pieces: ['a', 'b'] });
  t.match([plain.status, plain.functionError, plain.text], [200, null, 'ab']);
  const broken = await invoke('stream', { pieces: ['a'], end: 'fail' });
  t.match([broken.status, broken.functionError], [200, 'Unhandled']);
  t.match(broken.json, { errorType: 'RangeError', errorMessage: 'broken in the middle é' });
  const large = await invoke('stream', { pieces: [...'7654321'], repeat: 1024 * 1024 });
  t.match(large.json, { errorType: 'Function.ResponseSizeTooLarge' });
  const warnings = lines.filter(({ level }) => level === 'WARN').map(({ message }) => message);
  t.match(warnings, [/^function stream streams its response.*call InvokeWithResponseStream, or --httpPort/]);
  t.equal(warnings.length, 1, 'it is said once');
  const event = buildEvent('function-url', { method: 'GET', path: '/pieces' });
  for (let n = 0; n < 2; n++) t.match((await invoke('http', event)).json, { statusCode: 200 });
  const said = output().match(/a stream is gathered[^"]*AMPHI_INVOKE_MODE=RESPONSE_STREAM[^"]*/g);
  t.equal(said?.length, 1, 'once by the runtime that gathers');
});

t.test('errors are in InvokeComplete', async (t) => {
  const { stream } = await startFor(t, { timeoutMs: 2000 });
  const middle = read((await stream('stream', { pieces: ['begun'], end: 'fail' })).bytes);
  t.equal(middle.body, 'begun');
  t.equal(middle.complete.ErrorCode, 'RangeError');
  t.match(JSON.parse(middle.complete.ErrorDetails), { errorMessage: 'broken in the middle é' });
  const before = read((await stream('fail', '{}')).bytes);
  t.strictSame(before.types, ['InvokeComplete']);
  t.match(before.complete, { ErrorCode: 'RangeError', ErrorDetails: /no good/ });
  const cut = read((await stream('stream', { pieces: ['begun'], end: 'exit' })).bytes);
  t.equal(cut.body, 'begun');
  t.equal(cut.complete.ErrorCode, 'Runtime.TruncatedResponse');
  const late = read((await stream('stream', { pieces: ['a', 'b', 'c', 'd'], ms: 800 })).bytes);
  t.match(late.body, /^ab?c?$/);
  t.match(late.complete, { ErrorCode: 'Sandbox.Timedout', ErrorDetails: /timed out after 2\.00 seconds/ });
  t.equal(read((await stream('echo', '5')).bytes).body, '5', 'and goes on');
});

t.test('a caller that hangs up does not stop the function', async (t) => {
  const { emulator, output, invoke } = await startFor(t);
  await invoke('stream', { pieces: ['warm'] });
  const url = `${emulator.url}/2021-11-15/functions/stream/response-streaming-invocations`;
  const stop = new AbortController();
  const body = JSON.stringify({ pieces: ['a', 'b', 'c'], ms: 100 });
  const response = await fetch(url, { method: 'POST', body, signal: stop.signal });
  await response.body!.getReader().read();
  stop.abort();
  const id = response.headers.get('x-amzn-requestid');
  await until(() => output().includes(`END RequestId: ${id}`), 'the end');
  await sleep(20);
  t.equal((await invoke('stream', { pieces: ['next'] })).text, 'next');
  t.notMatch(output(), /Status: (error|timeout)/);
});

/** A caller that never reads the body. */
function stall(url: string, event: object): Promise<ClientRequest> {
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST' }, (response) => {
      response.on('error', () => {});
      resolve(sent);
    });
    sent.on('error', () => {});
    sent.end(JSON.stringify(event));
  });
}

const LARGE = { pieces: [...'abcdefghijklmnopqrst'], repeat: 1024 * 1024, ms: 0 };
const STREAM_PATH = '/2021-11-15/functions/stream/response-streaming-invocations';

t.test('a caller that does not read holds no environment beyond the deadline', async (t) => {
  const { emulator, invoke, output } = await startFor(t, { concurrency: 1, timeoutMs: 2000 });
  await stall(emulator.url + STREAM_PATH, LARGE);
  t.equal((await invoke('stream', { pieces: ['next'] })).text, 'next');
  t.match(output(), /Status: timeout/);
});

t.test('a caller that does not read holds up no stop', async (t) => {
  const { emulator, invoke } = await startFor(t, { timeoutMs: 600_000, graceMs: 100 });
  const { pid } = (await invoke('where')).json;
  await stall(emulator.url + STREAM_PATH, LARGE);
  await emulator.close();
  t.notOk(isAlive(pid));
});
