import t from 'tap';
import { z } from 'zod';
import { createRegistry, reply, type StandardSchema } from '../../src/core/index.ts';
import { send } from './support.ts';

const newRegistry = () => createRegistry({ name: 'svc' });
const json = (value: unknown) => ({ body: Buffer.from(JSON.stringify(value)) });

t.test('zod: every part is validated and converted', async (t) => {
  const schema = {
    params: z.object({ id: z.coerce.number().int() }),
    query: z.object({
      tag: z.union([z.string(), z.array(z.string())]),
      limit: z.coerce.number().default(10),
    }),
    headers: z.object({ 'x-key': z.string().min(2) }),
    body: z.object({ name: z.string(), when: z.iso.date().optional() }),
  };
  const registry = newRegistry().post('/u/:id', { schema }, (request) => ({
    valid: request.valid,
    raw: request.params.id,
  }));
  const good = { rawQuery: 'tag=a&tag=b', headers: { 'x-key': 'key' }, ...json({ name: 'Ann', extra: 1 }) };
  t.strictSame((await send(registry, 'POST', '/u/7', good)).json(), {
    valid: {
      params: { id: 7 },
      query: { tag: ['a', 'b'], limit: 10 },
      headers: { 'x-key': 'key' },
      body: { name: 'Ann' },
    },
    raw: '7',
  });
});

t.test('zod: a refusal names part and path, in the order params, query, headers, body', async (t) => {
  const schema = {
    params: z.object({ id: z.coerce.number() }),
    body: z.object({ list: z.array(z.object({ n: z.number() })), s: z.string() }),
  };
  const registry = newRegistry().post('/u/:id', { schema }, () => t.fail('the handler must not run'));
  const first = await send(registry, 'POST', '/u/x', json({}));
  t.match(first.json(), { status: 400, code: 'VALIDATION_FAILED', detail: /^params\.id: / });
  const second = (await send(registry, 'POST', '/u/1', json({ list: [{ n: 'x' }] }))).json();
  t.match(second, { code: 'VALIDATION_FAILED', detail: /^body\.list\.0\.n: .+; body\.s: / });
  t.match((await send(registry, 'POST', '/u/1', { body: Buffer.from('{') })).json(), { code: 'BAD_JSON' });
});

const evenLength: StandardSchema<number> = {
  '~standard': {
    version: 1,
    vendor: 'own',
    validate: async (value) => {
      const { s } = value as { s: string };
      if (s === 'throw') throw new Error('secret');
      return s.length % 2 === 0
        ? { value: s.length }
        : { issues: [{ message: 'odd', path: [{ key: 's' }, 0, Symbol('x')] }, { message: 'whole' }] };
    },
  },
};

t.test('a hand-made Standard Schema, asynchronous, with key objects in the path', async (t) => {
  const registry = newRegistry().post(
    '/',
    { schema: { body: evenLength } },
    (request) => request.valid.body + 1,
  );
  t.equal((await send(registry, 'POST', '/', json({ s: 'ab' }))).body, '3');
  t.equal(
    (await send(registry, 'POST', '/', json({ s: 'a' }))).json().detail,
    'body.s.0.Symbol(x): odd; body: whole',
  );
  const broken = await send(registry, 'POST', '/', json({ s: 'throw' }));
  t.equal(broken.status, 500);
  t.notMatch(String(broken.body), /secret/);
});

t.test('interceptors run outside the schemas, and valid is empty without one', async (t) => {
  let called = 0;
  const registry = newRegistry()
    .use((_request, _context, next) => {
      called++;
      return next();
    })
    .post('/s', { schema: { body: evenLength } }, () => 1)
    .get('/', (request) => request.valid);
  t.equal((await send(registry, 'POST', '/s', json({ s: 'a' }))).status, 400);
  t.strictSame((await send(registry, 'GET', '/')).json(), {});
  t.equal(called, 2);
});

t.test('a query key __proto__ is a key like any other', async (t) => {
  let seen: unknown;
  const query: StandardSchema<string> = {
    '~standard': {
      version: 1,
      vendor: 'own',
      validate: (value) => {
        seen = value;
        return { value: 'ok' };
      },
    },
  };
  const registry = newRegistry().get('/', { schema: { query } }, (request) => request.valid.query);
  t.equal(
    (await send(registry, 'GET', '/', { rawQuery: '__proto__=a&__proto__=b&constructor=c' })).body,
    'ok',
  );
  t.strictSame(Object.entries(seen as object), [
    ['__proto__', ['a', 'b']],
    ['constructor', 'c'],
  ]);
  t.equal(({} as { a?: unknown }).a, undefined);
});

t.test(
  'a response schema shapes what is sent, and a reply that breaks it is a 500 that says where',
  async (t) => {
    const response = z.object({ id: z.number(), at: z.date().transform((at) => at.toISOString()) });
    const registry = newRegistry()
      .get('/value', { schema: { response } }, () => ({ id: 1, at: new Date(0), secret: 'x' }))
      .get('/reply', { schema: { response } }, async () =>
        reply({ id: 2, at: new Date(0) }, { status: 201, headers: { 'x-a': '1' }, cookies: ['c=1'] }),
      )
      .get('/native', { schema: { response } }, () => new Response('as it is'))
      .get('/refused', { schema: { response } }, () => reply({ why: 'no' } as never, { status: 409 }))
      .get('/broken', { schema: { response } }, () => ({ id: 'one', at: new Date(0) }) as never);
    t.match(await send(registry, 'GET', '/value'), {
      status: 200,
      body: '{"id":1,"at":"1970-01-01T00:00:00.000Z"}',
    });
    t.match(await send(registry, 'GET', '/reply'), {
      status: 201,
      headers: { 'x-a': '1' },
      cookies: ['c=1'],
      body: '{"id":2,"at":"1970-01-01T00:00:00.000Z"}',
    });
    t.equal((await send(registry, 'GET', '/native')).status, 200);
    t.match(await send(registry, 'GET', '/refused'), { status: 409, body: '{"why":"no"}' });
    const broken = await send(registry, 'GET', '/broken');
    t.match(broken.json(), { status: 500, code: 'BAD_REPLY' });
    t.match(broken.lines, [
      { route: '/broken', error: { message: /does not fit its schema: response\.id: / } },
    ]);
  },
);
