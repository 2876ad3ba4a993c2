import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registry } from '../src/registry.ts';
import { reportRows } from '../src/report.ts';

test('a report is streamed', async () => {
  const response = await registry.fetch(new Request('http://localhost/reports/3'));
  assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8');
  assert.equal(await response.text(), 'row,square\n1,1\n2,4\n3,9\n');
  assert.equal((await registry.fetch(new Request('http://localhost/reports/-1'))).status, 400);
});

test('a report ends when its reader has gone', async () => {
  const stop = new AbortController();
  const rows = reportRows({ rows: 1000, delayMs: 10, signal: stop.signal });
  await rows.next();
  stop.abort();
  await assert.rejects(rows.next(), { name: 'AbortError' });
});
