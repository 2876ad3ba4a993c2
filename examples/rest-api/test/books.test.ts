import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registry } from '../src/registry.ts';

process.env.API_KEY = 'secret';

const send = (method: string, path: string, body?: unknown, key = 'secret') =>
  registry.fetch(
    new Request(`http://localhost${path}`, {
      method,
      headers: { 'x-api-key': key },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );

test('a book is made, read, listed and removed', async () => {
  const made = await send('POST', '/books', { title: 'Momo', year: 1973 });
  assert.equal(made.status, 201);
  const path = made.headers.get('location')!;
  const book = await made.json();
  assert.deepEqual(await (await send('GET', path)).json(), book);
  assert.deepEqual(await (await send('GET', '/books?since=1970&limit=1')).json(), [book]);
  assert.deepEqual(await (await send('GET', '/books?since=1980')).json(), []);
  assert.equal((await send('DELETE', path)).status, 204);
  const gone = await send('GET', path);
  assert.equal(gone.status, 404);
  assert.match(await gone.text(), /"code":"NO_SUCH_BOOK"/);
});

test('what does not fit the schema is refused by name', async () => {
  const wrong = await send('POST', '/books', { title: '', year: 'x' });
  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /"detail":"body\.title: .*; body\.year: /);
  assert.equal((await send('GET', '/books?limit=0')).status, 400);
  assert.equal((await send('GET', '/books/42')).status, 400);
});

test('a change needs the key', async () => {
  const refused = await send('POST', '/books', { title: 'Momo', year: 1973 }, 'wrong!');
  assert.equal(refused.status, 401);
  assert.equal((await send('GET', '/books', undefined, '')).status, 200);
});
