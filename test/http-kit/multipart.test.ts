import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import { type FilePart, type FormPart, HttpError } from '../../src/core/index.ts';
import { multipart } from '../../src/http-kit/index.ts';
import { startFor } from '../adapters/http/support.ts';
import { randomOf } from '../core/support.ts';
import { encodeForm, type Sent, TYPE } from './forms.ts';

const KB = 1024;

/** A request whose body comes in pieces; what was asked for is counted. */
function requestOf(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, type = TYPE) {
  const counts = { pieces: 0, left: false };
  async function* body() {
    try {
      for await (const piece of pieces) {
        counts.pieces++;
        yield piece;
      }
    } finally {
      counts.left = true;
    }
  }
  const request = { headers: { 'content-type': type }, stream: () => ReadableStream.from(body()) };
  return { request, counts };
}

async function* endless(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('------edge\r\ncontent-disposition: form-data; name="f"; filename="big"\r\n\r\n');
  for (;;) yield new Uint8Array(64 * KB);
}

async function filesOf(form: AsyncIterable<FormPart>): Promise<FilePart> {
  for await (const part of form) if (part.kind === 'file') return part;
  throw new Error('no file');
}

const turns = async (count: number) => {
  for (let n = 0; n < count; n++) await nextTurn();
};

t.test('parts come in order, files by pieces', async (t) => {
  const body = encodeForm([
    { name: 'a', body: '1' },
    { name: 'f', filename: '../../etc/passwd', type: 'Text/Plain; charset=x', body: 'x'.repeat(200 * KB) },
    { name: 'g', filename: 'g', body: 'gg' },
  ]);
  const seen: unknown[] = [];
  for await (const part of multipart(requestOf([body]).request)) {
    if (part.kind === 'field') seen.push([part.name, part.value]);
    else if (part.name === 'g') seen.push(await new Response(part.stream()).text());
    else seen.push([part.filename, part.type, (await part.bytes()).length]);
  }
  t.strictSame(seen, [['a', '1'], ['passwd', 'text/plain', 200 * KB], 'gg']);
});

t.test('no more is read than the file is, and nothing after the loop is left', async (t) => {
  const { request, counts } = requestOf(endless());
  const form = multipart(request);
  for await (const part of form) {
    const pieces = (part as FilePart)[Symbol.asyncIterator]();
    await pieces.next();
    await turns(50);
    t.ok(counts.pieces <= 6, `${counts.pieces} pieces were read for one`);
    const before = counts.pieces;
    for (let n = 0; n < 40; n++) await pieces.next();
    t.ok(counts.pieces > before, 'it goes on');
    break;
  }
  await turns(5);
  t.equal(counts.left, true, 'the body was let go');
});

t.test('fields that nobody takes hold the body back, too', async (t) => {
  const part = encodeForm([{ name: 'a', body: 'x'.repeat(60 * KB) }]).subarray(0, -14);
  const { request, counts } = requestOf(Array.from({ length: 50 }, () => part));
  const form = multipart(request);
  await form.next();
  await turns(50);
  t.ok(counts.pieces <= 6, `${counts.pieces} pieces were read for one`);
  await form.return(undefined);
});

t.test('unread files are passed over; late readers are told', async (t) => {
  const large = { filename: 'f', body: 'x'.repeat(300 * KB) };
  const body = encodeForm([
    { name: 'a', ...large },
    { name: 'b', ...large },
    { name: 'c', body: 'end' },
  ]);
  const seen: FormPart[] = [];
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  for await (const part of multipart(requestOf([body]).request)) {
    seen.push(part);
    if (part.name !== 'b') continue;
    reader = (part as FilePart).stream().getReader();
    await reader.read();
  }
  t.strictSame(
    seen.map(({ name }) => name),
    ['a', 'b', 'c'],
  );
  const rest = async () => {
    while (!(await reader!.read()).done);
  };
  await t.rejects(rest(), { message: 'the file b was passed over for the next part' });
  await t.rejects((seen[0] as FilePart).bytes(), { message: 'the file a is passed over already' });
});

t.test('the limit of a file counts while it flows', async (t) => {
  const { request, counts } = requestOf(endless());
  const file = await filesOf(multipart(request, { fileSize: 1000 * KB }));
  t.equal(file.filename, 'big');
  const other = requestOf(endless());
  const reading = async () => {
    let size = 0;
    for await (const part of multipart(other.request, { fileSize: 1000 * KB }))
      for await (const piece of part as FilePart) size += piece.length;
    return size;
  };
  await t.rejects(reading(), {
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    message: /a file of more than 1024000 bytes/,
  });
  await turns(5);
  t.ok(other.counts.pieces < 25 && other.counts.left, 'no more is read');
  t.ok(counts.pieces < 10);
});

t.test('a body that breaks off fails the file and the form', async (t) => {
  async function* broken() {
    for await (const piece of endless()) {
      yield piece;
      if (piece.length > KB) throw new HttpError(400, 'GONE', 'gone');
    }
  }
  const failures: unknown[] = [];
  const reading = async () => {
    for await (const part of multipart(requestOf(broken()).request)) {
      try {
        await (part as FilePart).bytes();
      } catch (error) {
        failures.push((error as HttpError).code);
      }
    }
  };
  await t.rejects(reading(), { code: 'GONE' });
  t.strictSame(failures, ['GONE']);
});

t.test('any form in any pieces gives what was sent; any damage an HttpError or another form', async (t) => {
  const random = randomOf(20261126);
  const upTo = (n: number) => Math.floor(random() * n);
  const bytes = (n: number) =>
    Buffer.from(Array.from({ length: upTo(n) }, () => '\r\n-b:; ="x\0'.charCodeAt(upTo(10))));
  let [whole, refused] = [0, 0];
  const wrong: unknown[] = [];
  for (let round = 0; round < 400; round++) {
    const boundary = `b${'-x'.repeat(upTo(30))}${upTo(1000)}`;
    const parts: Sent[] = Array.from({ length: upTo(5) }, (_, at) =>
      upTo(2)
        ? { name: `n${at}`, filename: `f${at}`, body: bytes(300) }
        : { name: `n${at}`, body: bytes(40).toString() },
    );
    const body = encodeForm(parts, boundary);
    const damaged = round % 2 === 1;
    for (let n = damaged ? 1 + upTo(6) : 0; n > 0; n--) {
      if (upTo(3) === 0) body.copy(body, upTo(body.length), upTo(body.length));
      else body[upTo(body.length)] = upTo(256);
    }
    const pieces: Buffer[] = [];
    while (Buffer.concat(pieces).length < body.length) {
      const at = Buffer.concat(pieces).length;
      pieces.push(body.subarray(at, at + 1 + upTo(round % 5 ? 50 : 2)));
    }
    const cut = damaged && upTo(3) === 0 ? pieces.slice(0, upTo(pieces.length)) : pieces;
    const seen: unknown[] = [];
    try {
      for await (const part of multipart(
        requestOf(cut, `multipart/form-data; boundary="${boundary}"`).request,
      )) {
        const leave = damaged && upTo(4) === 0;
        seen.push([
          part.name,
          part.kind === 'field' ? part.value : leave || Buffer.from(await part.bytes()).toString(),
        ]);
      }
      whole++;
    } catch (error) {
      if (!(error instanceof HttpError) || error.status >= 500) throw error;
      refused++;
    }
    const wanted = parts.map(({ name, body }) => [name, body.toString()]);
    if (!damaged && JSON.stringify(seen) !== JSON.stringify(wanted)) wrong.push([round, seen, wanted]);
  }
  t.strictSame(wrong, []);
  t.ok(whole > 200 && refused > 20, `${whole} whole, ${refused} refused`);
});

t.test('a server answers whoever leaves an upload, and reads the rest away', async (t) => {
  const { server } = await startFor(t, (registry) => {
    registry.post('/first', { body: 'stream' }, async (request) => {
      for await (const part of multipart(request)) return part.name;
      return 'none';
    });
    registry.post('/middle', { body: 'stream' }, async (request) => {
      for await (const part of multipart(request))
        for await (const piece of part as FilePart) return piece.length > 0;
      return 'none';
    });
    registry.post('/over', { body: 'stream' }, async (request) => {
      for await (const _ of multipart(request, { fileSize: KB }));
    });
  });
  const body = encodeForm([{ name: 'f', filename: 'f', body: Buffer.alloc(20 * KB * KB, 'x') }]);
  for (const [path, status] of [
    ['/first', 200],
    ['/middle', 200],
    ['/over', 413],
  ] as const) {
    const socket = connect(server.port, '127.0.0.1');
    const head = `content-type: ${TYPE}\r\ncontent-length: ${body.length}\r\nconnection: close`;
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n${head}\r\n\r\n`);
    socket.write(body);
    // A reset, as of a server that closes on what it has not read, would be an error.
    t.match(await text(socket), new RegExp(`^HTTP/1.1 ${status} `), path);
    t.ok(socket.bytesWritten > body.length, 'all was taken');
  }
});
