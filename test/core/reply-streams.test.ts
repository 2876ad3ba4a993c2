import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import t from 'tap';
import { collect, reply, toRawResponse } from '../../src/core/index.ts';

const get = (value: unknown) => toRawResponse(value, 'GET');
const text = async (body: unknown) =>
  Buffer.from(await collect(body as AsyncIterable<Uint8Array>)).toString();

async function* generate() {
  yield 'a';
  yield Buffer.from('b');
}

t.test('streams are handed on', async (t) => {
  for (const stream of [
    Readable.from(['a', 'b']),
    ReadableStream.from(['a', 'b']),
    generate(),
    new Response('ab').body,
  ]) {
    const response = get(reply(stream, { status: 201, headers: { 'content-type': 'text/csv' } }));
    t.match(response, { status: 201, headers: { 'content-type': 'text/csv' } });
    t.equal(await text(response.body), 'ab');
  }
  t.equal(get(generate()).headers['content-type'], 'application/octet-stream');
});

function streams() {
  const released: string[] = [];
  const node = new Readable({
    read() {},
    destroy(_error, done) {
      released.push('node');
      done(null);
    },
  });
  const web = new ReadableStream({ cancel: () => void released.push('web') });
  const iterator = {
    next: async () => ({ done: true as const, value: undefined }),
    return: async () => ({ done: true as const, value: void released.push('iterator') }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  return { released, all: [node, web, iterator] };
}

t.test('a stream that nobody reads is released: HEAD, bodiless statuses, refused replies', async (t) => {
  const ways: ((stream: unknown) => unknown)[] = [
    (stream) => toRawResponse(stream, 'HEAD'),
    (stream) => get(reply(stream, { status: 304 })),
    (stream) => t.throws(() => get(reply(stream, { headers: { 'x-a': '\n' } })), { code: 'BAD_REPLY' }),
    (stream) => t.throws(() => get(reply(stream, { status: 99 })), { code: 'BAD_REPLY' }),
  ];
  for (const way of ways) {
    const { released, all } = streams();
    all.forEach(way);
    await new Promise(setImmediate);
    t.strictSame(released, ['node', 'web', 'iterator']);
  }
});

t.test('releasing never fails, whatever the stream does', async (t) => {
  const unhandled: unknown[] = [];
  const listen = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', listen).on('uncaughtException', listen);
  const locked = new ReadableStream();
  locked.getReader();
  const bad = (name: string) => ({
    [name]: () => {
      throw new Error(name);
    },
    [Symbol.asyncIterator]: () => generate(),
  });
  const refusing = new ReadableStream({ cancel: () => Promise.reject(new Error('no')) });
  t.throws(() => toRawResponse(locked, 'HEAD'), { code: 'BAD_REPLY' }, 'as GET would be');
  for (const stream of [
    refusing,
    bad('cancel'),
    bad('destroy'),
    bad('return'),
    createReadStream('/does/not/exist'),
  ]) {
    t.match(toRawResponse(stream, 'HEAD'), { status: 200, body: undefined });
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.off('unhandledRejection', listen).off('uncaughtException', listen);
  t.strictSame(unhandled, []);
});
