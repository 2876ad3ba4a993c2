import t, { type Test } from 'tap';
import {
  type HttpResponse,
  ResponseParser,
} from '../../../src/adapters/lambda/runtime-api/response-parser.ts';

const BODY = '{"emoji":"😀é","n":1}';
const LENGTH = Buffer.byteLength(BODY);

const WHOLE: Record<string, Buffer> = {
  'content-length': Buffer.from(
    `HTTP/1.1 200 OK\r\nCONTENT-Length: ${LENGTH}\r\nX-A:  1 \r\nx-a: 2\r\n\r\n${BODY}`,
  ),
  'after an interim response': Buffer.from(
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\nx-a: 1, 2\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`,
  ),
  // Five bytes a chunk cut the emoji in two.
  chunked: Buffer.concat([
    Buffer.from('HTTP/1.1 200 OK\r\nx-a: 1, 2\r\nTransfer-Encoding: Chunked\r\n\r\n'),
    chunked(BODY, 5),
  ]),
};

for (const [name, bytes] of Object.entries(WHOLE)) {
  t.test(`${name}, cut at every byte`, async (t) => {
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const parser = new ResponseParser();
      t.equal(parser.feed(bytes.subarray(0, cut)), undefined);
      check(t, parser.feed(bytes.subarray(cut)));
    }
  });

  t.test(`${name}, byte by byte through one reused buffer, twice on one parser`, async (t) => {
    const parser = new ResponseParser();
    const one = Buffer.alloc(1);
    for (let round = 0; round < 2; round += 1) {
      const answers: HttpResponse[] = [];
      for (const byte of bytes) {
        one[0] = byte;
        const answer = parser.feed(one);
        if (answer) answers.push(answer);
      }
      t.equal(answers.length, 1);
      check(t, answers[0]);
    }
    t.equal(parser.begun, false);
  });
}

function check(t: Test, answer: HttpResponse | undefined): void {
  t.equal(answer?.status, 200);
  t.equal(answer?.body, BODY);
  t.equal(answer?.headers['x-a'], '1, 2');
  t.equal(answer?.keepAlive, true);
}

t.test('whether the connection stays open', async (t) => {
  const keepAlive = (text: string) => new ResponseParser().feed(Buffer.from(text))?.keepAlive;
  t.equal(keepAlive('HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n'), true);
  t.equal(keepAlive('HTTP/1.1 202 Accepted\r\nconnection: Close\r\ncontent-length: 0\r\n\r\n'), false);
  t.equal(keepAlive('HTTP/1.0 202 Accepted\r\ncontent-length: 0\r\n\r\n'), false);
  t.equal(keepAlive('HTTP/1.0 202 Accepted\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n'), true);
  t.equal(keepAlive('HTTP/1.1 204 No Content\r\n\r\n'), true);
});

const BAD: readonly (readonly [string, string, RegExp])[] = [
  ['no HTTP', 'SSH-2.0-x\r\n\r\n', /bad status line/],
  ['HTTP/2', 'HTTP/2 200\r\n\r\n', /bad status line/],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', /bad status line/],
  ['a line without a colon', 'HTTP/1.1 200 OK\r\nnothing\r\n\r\n', /bad header line/],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\na : 1\r\n\r\n', /bad header line/],
  ['a folded line', 'HTTP/1.1 200 OK\r\na: 1\r\n b: 2\r\n\r\n', /bad header line/],
  ['a bare LF', 'HTTP/1.1 200 OK\r\na: 1\nb: 2\r\n\r\n', /control character/],
  ['no length', 'HTTP/1.1 200 OK\r\n\r\n', /neither content-length nor chunks/],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', /two different/],
  ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', /bad content-length/],
  ['a huge length', 'HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n', /is over/],
  [
    'length and chunks',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    /both content-length/,
  ],
  ['gzip', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n', /not supported/],
  ['a bad chunk size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-5\r\n', /bad chunk size/],
  [
    'a long chunk',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n',
    /longer than its size/,
  ],
  ['bytes after the end', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab', /bytes after the end/],
  ['an endless head', `HTTP/1.1 200 OK\r\na: ${'x'.repeat(300_000)}`, /over 262144 bytes/],
  [
    'an endless chunk line',
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'x'.repeat(5000)}`,
    /too long/,
  ],
];

t.test('what is refused', async (t) => {
  for (const [name, text, message] of BAD) {
    t.throws(() => new ResponseParser().feed(Buffer.from(text)), { message }, name);
  }
});

function chunked(text: string, size: number): Buffer {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)};ext=1\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\nTrail: x\r\n\r\n')]);
}
