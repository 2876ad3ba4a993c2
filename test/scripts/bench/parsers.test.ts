import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { descriptorLimit } from '../../../scripts/bench/curves/servers.ts';
import { sharesOf } from '../../../scripts/bench/loop/profile.ts';
import { PREBUILT } from '../../../scripts/bench/peers.ts';
import { residentIn, residentOf } from '../../../scripts/bench/resident.ts';
import { FastRuntimeApi } from '../../../scripts/bench/runtime-api.ts';
import { readSections, sectionsIn } from '../../../scripts/bench/size/sections.ts';
import { mappingsIn, touchedIn, touchedPages } from '../../../scripts/bench/size/touched.ts';
import { cpuMillis, readsIn, readsOf } from '../../../scripts/bench/start/cold.ts';
import { sha256 } from '../../../src/build/executable/files.ts';

t.test('reads and faults of a process', async (t) => {
  const io = 'rchar: 1\nwchar: 2\nread_bytes: 8192\nwrite_bytes: 4096\n';
  const stat = '7 (a) b (c) S 1 2 3 4 5 6 77 8 99 10 11 12 13';
  t.same(readsIn(io, stat), { bytes: 8192, faults: 99 });
  t.throws(() => readsIn('', stat), { message: '/proc/PID/io or stat is not as proc(5) says' });
  t.match(readsOf(process.pid), { bytes: Number, faults: Number });
  t.ok(cpuMillis(process.pid) > 0);
});

t.test('resident memory, of files and without', async (t) => {
  const status = 'Name:\ta\nVmRSS:\t   2000 kB\nRssAnon:\t   500 kB\n';
  t.same(residentIn(status), { all: 2.048, anonymous: 0.512 });
  t.throws(() => residentIn('Name:\ta\n'), { message: '/proc/PID/status has no VmRSS' });
  const own = residentOf(process.pid);
  t.ok(own.anonymous > 1 && own.anonymous < own.all);
});

t.test('the hard limit of descriptors', async (t) => {
  const limits =
    'Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 20000                files\n';
  t.equal(descriptorLimit(limits), 20_000);
  t.equal(descriptorLimit(limits.replace('20000', 'unlimited')), Number.POSITIVE_INFINITY);
});

t.test('the mappings of one file, by hexadecimal addresses and offsets', async (t) => {
  const maps = [
    '00400000-00402000 r-xp 00001000 fe:00 12   /bin/a b',
    '00600000-00601000 rw-p 00000000 fe:00 13   /bin/c',
    '7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ',
  ].join('\n');
  t.same(mappingsIn(maps, '/bin/a b'), [{ start: 0x400000, end: 0x402000, offset: 0x1000 }]);
  t.same(mappingsIn(maps, '/bin/none'), []);
});

t.test('bytes of a section are counted to its ends', async (t) => {
  const section = { name: '.text', offset: 100, size: 8192 };
  t.equal(touchedIn(section, new Set([0, 4096, 8192])), 8192);
  t.equal(touchedIn(section, new Set([0])), 3996);
  t.equal(touchedIn(section, new Set([8192])), 100);
  t.equal(touchedIn(section, new Set([12_288])), 0);
});

t.test("this process has touched some of Node's code, not all", async (t) => {
  const sections = await readSections(process.execPath);
  const text = sections.find(({ name }) => name === '.text')!;
  t.ok(text.size > 1e6 && text.offset + text.size < statSync(process.execPath).size);
  const touched = touchedIn(text, touchedPages(process.pid, process.execPath));
  t.ok(touched > 0 && touched < text.size, `${touched} of ${text.size}`);
});

t.test('what is no ELF file has no sections', async (t) => {
  t.throws(() => sectionsIn(Buffer.from('#!/bin/sh'), 'script'), {
    message: 'script: not a 64-bit little-endian ELF file',
  });
});

const frame = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url } });

t.test('shares of a profile are those of self time, without idle time and warm-up', async (t) => {
  const nodes = [
    frame(1, '(root)'),
    frame(2, '(idle)'),
    frame(3, '(program)'),
    frame(4, 'next', 'file:///x/amphi/src/adapters/lambda/runtime/loop.ts'),
    frame(5, 'other', 'file:///x/amphi/src/adapters/lambda/runtime/loop.ts'),
    frame(6, 'write', 'node:internal/streams/writable'),
  ];
  const warmup = { samples: [4, 4, 4, 4], timeDeltas: [900, 900, 900, 900] };
  const later = { samples: [2, 3, 4, 5, 6, 1], timeDeltas: [500, 50, 10, 20, 20, 7] };
  const shares = sharesOf({
    nodes,
    samples: [...warmup.samples, ...later.samples],
    timeDeltas: [...warmup.timeDeltas, ...later.timeDeltas],
  });
  t.same(shares, [
    { name: 'native code and system calls', share: 0.5 },
    { name: 'src/adapters/lambda/runtime/loop.ts', share: 0.3 },
    { name: 'node:internal/streams', share: 0.2 },
  ]);
});

t.test('the Runtime API hands out as many events as are allowed', async (t) => {
  const api = new FastRuntimeApi({ name: 'Ada' });
  api.allow(0);
  await api.listen();
  t.teardown(() => api.close());
  const [host, port] = api.address.split(':');
  const socket = connect(Number(port), host);
  t.teardown(() => socket.destroy());
  const next = () => socket.write('GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n');
  let events = 0;
  socket.setEncoding('latin1').on('data', (piece: string) => {
    if (piece.includes('202 Accepted')) next();
    if (!piece.includes('{"name":"Ada"}')) return;
    events++;
    socket.write('POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}');
  });
  next();
  await api.reach(0, 10_000);
  t.equal(events, 0);
  await api.reach(3, 10_000);
  t.equal(events, 3);
  t.equal(api.answered, 3);
  await t.rejects(api.reach(9, 0), { message: /^only \d of 9 invocations in 0 s$/ });
});

t.test('the prebuilt native client is what its README says, for the locked version', async (t) => {
  const peers = join(PREBUILT, '..', '..');
  const readme = readFileSync(join(PREBUILT, '..', 'README.md'), 'utf8');
  t.match(readme, sha256(readFileSync(PREBUILT)));
  const lock = JSON.parse(readFileSync(join(peers, 'package-lock.json'), 'utf8'));
  const { version, integrity } = lock.packages['node_modules/aws-lambda-ric'];
  t.match(readme, `aws-lambda-ric ${version}`);
  t.match(readme, integrity);
});
