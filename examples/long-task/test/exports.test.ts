import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

process.env.EXPORTS_DIR = mkdtempSync(join(tmpdir(), 'exports-'));
const { registry } = await import('../src/registry.ts');

const send = (path: string, body?: object) =>
  registry.fetch(
    new Request(`http://localhost${path}`, body && { method: 'POST', body: JSON.stringify(body) }),
  );

test('an order is taken at once, and its status tells how far it is', async () => {
  const taken = await send('/exports', { rows: 3, delayMs: 20 });
  assert.equal(taken.status, 202);
  const place = taken.headers.get('location')!;
  const first = await send(place);
  assert.equal(first.headers.get('retry-after'), '5');
  assert.match(((await first.json()) as { status: string }).status, /waiting|running/);
  assert.equal((await send(`${place}/file`)).status, 404);
  let last: { status: string; file?: string };
  do {
    await sleep(10);
    last = (await (await send(place)).json()) as typeof last;
  } while (last.status !== 'done');
  assert.equal(await (await send(last.file!)).text(), 'row,square\n1,1\n2,4\n3,9\n');
});

test('what is no order, and what is no export', async () => {
  assert.equal((await send('/exports', { rows: 'many' })).status, 400);
  assert.equal((await send('/exports/..%2Fsecret')).status, 404);
});
