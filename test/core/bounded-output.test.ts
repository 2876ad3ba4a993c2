import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import t from 'tap';
import { boundOutput } from '../../src/core/index.ts';

const line = (n: number, size = 0) => `${JSON.stringify({ n, pad: 'x'.repeat(size) })}\n`;
const parse = (text: string) =>
  text
    .split('\n')
    .filter((part) => part !== '')
    .map((part) => JSON.parse(part));

/** A stream that, like standard output, lives on after an error, and fails while `full`. */
function failing() {
  const state = { full: false, text: '' };
  const stream = new Writable({
    autoDestroy: false,
    decodeStrings: false,
    write(chunk, _encoding, done) {
      if (!state.full) state.text += chunk;
      done(state.full ? Object.assign(new Error('no space left'), { code: 'ENOSPC' }) : null);
    },
  });
  // As Node.js does for standard output.
  stream._destroy = (error, done) => {
    done(error);
    (stream as unknown as { _undestroy(): void })._undestroy();
  };
  stream.on('error', () => stream.destroy());
  return { state, stream };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

t.test(
  'what a full disk does not take is counted, and the count told when it takes lines again',
  async (t) => {
    const { state, stream } = failing();
    t.equal(boundOutput(stream), stream);
    t.equal(boundOutput(stream), stream, 'twice is once');
    stream.write(line(0));
    state.full = true;
    for (let n = 1; n <= 6; n++) {
      // Two lines in one go, and in bytes.
      stream.write(Buffer.from(line(n) + line(n)));
      await settled();
    }
    state.full = false;
    stream.write(line(7));
    stream.write(line(8));
    await settled();
    t.match(parse(state.text), [
      { n: 0 },
      { level: 'WARN', message: 'log lines were dropped', count: 12, timestamp: /^\d{4}-.*Z$/ },
      { n: 7 },
      { n: 8 },
    ]);
    t.match(state.text, /\}\n\n\{"timestamp/, 'what the disk took of a line is ended first');
  },
);

t.test('a stalled reader: memory stays bounded, and no line is lost without being counted', async (t) => {
  const pipe = new PassThrough({ highWaterMark: 16 });
  boundOutput(pipe);
  let told = 0;
  for (let n = 0; n < 30_000; n++) pipe.write(line(n, 1000), () => told++);
  t.ok(pipe.writableLength < 8.1 * 2 ** 20, `${pipe.writableLength} bytes`);
  let text = '';
  pipe.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  await once(pipe, 'drain');
  await settled();
  t.equal(told, 30_000, 'every callback was called');
  const lines = parse(text);
  const { count } = lines.at(-1);
  t.equal(count + lines.length - 1, 30_000);
  t.ok(count > 15_000, `${count} dropped`);
  pipe.write(line(30_001));
  await settled();
  t.match(parse(text).at(-1), { n: 30_001 }, 'told once');
});

t.test('encoding, callback and the answer of write are as ever', async (t) => {
  const pipe = boundOutput(new PassThrough({ highWaterMark: 4 })) as PassThrough;
  t.equal(pipe.write('ff', 'hex'), true);
  let called = 0;
  t.equal(
    pipe.write('00000000', 'hex', () => called++),
    false,
  );
  pipe.write('', () => called++);
  t.same(pipe.read(), Buffer.from('ff00000000', 'hex'));
  await settled();
  t.equal(called, 2);
});
