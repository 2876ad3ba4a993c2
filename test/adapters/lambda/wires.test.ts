import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { Address } from '../../../src/adapters/lambda/runtime-api/address.ts';
import { Connection } from '../../../src/adapters/lambda/runtime-api/connection.ts';
import { netWire } from '../../../src/adapters/lambda/runtime-api/net-wire.ts';
import { tcpWire } from '../../../src/adapters/lambda/runtime-api/tcp-wire.ts';
import type { Wire, WireEvents } from '../../../src/adapters/lambda/runtime-api/wire.ts';
import { until } from '../../support/until.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const MEGABYTE = 1024 * 1024;
const here = (port: number): Address => ({ host: '127.0.0.1', port, authority: `127.0.0.1:${port}` });

async function listening(onSocket: (socket: Socket) => void): Promise<{ server: Server; address: Address }> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, address: here((server.address() as AddressInfo).port) };
}

/** Collects what a wire tells. */
function events() {
  const told = { text: '', drained: 0, lost: [] as string[] };
  const on: WireEvents = {
    read: (piece) => {
      told.text += piece.toString();
    },
    drained: () => {
      told.drained += 1;
    },
    lost: (reason) => void told.lost.push(reason),
  };
  return { told, on };
}

const WIRES: readonly [string, (address: Address, on: WireEvents) => Wire][] = [
  ['handle', (address, on) => tcpWire(address, on)!],
  ['node:net', netWire],
];

for (const [name, open] of WIRES) {
  t.test(`${name}: what is written before the peer is there arrives, and the answer is read`, async (t) => {
    const { server, address } = await listening((socket) =>
      socket.on('data', (data) => socket.write(`<${data}>`)),
    );
    const { told, on } = events();
    const wire = open(address, on);
    wire.write('é');
    wire.write(Buffer.from('!'));
    await until(() => /<é!>|<é><!>/.test(told.text), 'the echo');
    t.equal(wire.write('later'), true, 'small data is with the kernel at once');
    await until(() => told.text.endsWith('<later>'), 'the second echo');
    t.same(told.lost, []);
    wire.destroy();
    wire.destroy();
    server.close();
    await once(server, 'close');
    t.same(told.lost, [], 'nothing follows the end by ourselves');
  });

  t.test(`${name}: nobody listens`, async (t) => {
    const { server, address } = await listening(() => {});
    server.close();
    await once(server, 'close');
    const { told, on } = events();
    const wire = open(address, on);
    wire.write('for nobody');
    t.same(told.lost, [], 'told later, when the caller knows the wire');
    await until(() => told.lost.length > 0, 'the failure');
    await sleep(20);
    t.same(told.lost, [`connect ECONNREFUSED ${address.authority}`], 'once');
    t.equal(wire.write('more'), false);
  });

  t.test(`${name}: an address that is none`, async (t) => {
    const { told, on } = events();
    open({ host: '999.1.1.1', port: 9, authority: '' }, on);
    await until(() => told.lost.length > 0, 'the failure');
    t.match(told.lost, [/EINVAL|ENOTFOUND|EAI_AGAIN/]);
  });

  t.test(`${name}: the peer ends, or breaks off`, async (t) => {
    for (const [way, reason] of [
      ['end', /the peer closed the connection/],
      ['resetAndDestroy', /read ECONNRESET/],
    ] as const) {
      const { server, address } = await listening((socket) => void setTimeout(() => socket[way](), 20));
      const { told, on } = events();
      open(address, on);
      await until(() => told.lost.length > 0, way);
      t.match(told.lost, [reason]);
      server.close();
    }
  });

  t.test(`${name}: a peer that does not read stops who writes, and the data is whole`, async (t) => {
    let [bytes, hash] = [0, 0];
    let peer: Socket | undefined;
    const { server, address } = await listening((socket) => {
      peer = socket.pause();
      socket.on('data', (data: Buffer) => {
        for (const byte of data) hash = (hash * 31 + byte) >>> 0;
        bytes += data.length;
      });
    });
    const { told, on } = events();
    const wire = open(address, on);
    await until(() => peer !== undefined, 'the connection');
    peer!.pause();
    const piece = Buffer.from(Array.from({ length: MEGABYTE }, (_, at) => (at * 7) % 251));
    const text = 'é'.repeat(MEGABYTE / 2);
    let expected = 0;
    const expect = (data: Uint8Array): void => {
      for (const byte of data) expected = (expected * 31 + byte) >>> 0;
    };
    let [sent, before] = [0, -1];
    // Until the kernel has taken nothing for a while.
    for (let full = false; !full || told.drained > before; sent += 2) {
      before = told.drained;
      wire.write(piece);
      expect(piece);
      full = !wire.write(text);
      expect(Buffer.from(text));
      if (full) await sleep(50);
    }
    peer!.resume();
    await until(() => told.drained > before, 'the end of the wait');
    await until(() => bytes === sent * MEGABYTE, 'all bytes');
    t.equal(hash, expected);
    wire.destroy();
    server.close();
  });

  t.test(`${name}: ended while much is unsent`, async (t) => {
    let peer: Socket | undefined;
    const { server, address } = await listening((socket) => {
      peer = socket.pause();
    });
    const { told, on } = events();
    const wire = open(address, on);
    for (let tries = 0; wire.write(Buffer.alloc(MEGABYTE)) || tries < 20; tries += 1);
    await until(() => peer !== undefined, 'the connection');
    const { drained } = told;
    wire.destroy();
    await sleep(50);
    t.same(told, { text: '', drained, lost: [] }, 'nothing is told');
    peer!.destroy();
    server.close();
  });

  t.test(`${name}: a wire may be ended while it tells something`, async (t) => {
    const { server, address } = await listening((socket) => socket.write('x'.repeat(MEGABYTE)));
    let reads = 0;
    const wire: Wire = open(address, {
      read: () => {
        reads += 1;
        wire.destroy();
      },
      drained: () => {},
      lost: (reason) => t.fail(reason),
    });
    await until(() => reads > 0, 'a read');
    await sleep(30);
    t.equal(reads, 1);
    server.close();
  });
}

for (const host of ['127.0.0.1', 'localhost']) {
  t.test(`connection to ${host}: writers wait for the kernel, and fail with the connection`, async (t) => {
    let peer: Socket | undefined;
    const { server, address } = await listening((socket) => {
      peer = socket.pause();
    });
    const connection = new Connection({ ...address, host });
    const request = connection.begin('POST / HTTP/1.1\r\n\r\n');
    const failed = t.rejects(request.answer, { name: 'ConnectionError' });
    let waits: Promise<void> | undefined;
    for (let done = true; done; ) {
      waits = request.write(Buffer.alloc(MEGABYTE));
      done = await Promise.race([waits.then(() => true), sleep(500, false)]);
    }
    const broken = t.rejects(waits!, { name: 'ConnectionError' }, 'a write that waited');
    peer!.resetAndDestroy();
    await Promise.all([failed, broken]);
    await t.rejects(request.write('more'), { name: 'ConnectionError' });
    server.close();
  });

  t.test(`connection to ${host}: replaced when the peer closed it between two requests`, async (t) => {
    let count = 0;
    const { server, address } = await listening((socket) => {
      count += 1;
      socket.on('data', () => socket.end(OK));
    });
    const connection = new Connection({ ...address, host });
    for (let at = 0; at < 3; at += 1) {
      t.match(await connection.exchange('GET / HTTP/1.1\r\n\r\n'), { status: 200, body: 'ok' });
      await sleep(20);
    }
    t.equal(count, 3);
    connection.close('the test is over');
    server.close();
  });
}

t.test('the handle is for IPv4 and for a Node.js that does not mind', async (t) => {
  const { env, execArgv } = process;
  t.teardown(() => Object.assign(process, { env, execArgv }));
  const { on } = events();
  const has = (host: string): boolean => {
    const wire = tcpWire({ ...here(1), host }, on);
    wire?.destroy();
    return wire !== undefined;
  };
  t.equal(has('127.0.0.1'), true);
  t.equal(has('localhost'), false);
  t.equal(has('::1'), false);
  process.env = { ...env, NODE_PENDING_DEPRECATION: '1' };
  t.equal(has('127.0.0.1'), false, 'it would warn');
  for (const flag of ['--pending-deprecation', '--permission']) {
    process.env = { ...env, NODE_OPTIONS: flag };
    t.equal(has('127.0.0.1'), false, flag);
    Object.assign(process, { env, execArgv: [flag] });
    t.equal(has('127.0.0.1'), false, flag);
    process.execArgv = execArgv;
  }
});
