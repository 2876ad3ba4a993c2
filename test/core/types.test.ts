// What must and must not compile: `npm run typecheck` judges this file, the run below only executes it.
import t from 'tap';
import { z } from 'zod';
import {
  createRegistry,
  type EventSource,
  HttpError,
  type InvocationContext,
  reply,
} from '../../src/core/index.ts';
import { sse } from '../../src/http-kit/index.ts';

const registry = createRegistry({ name: 'types' });
const body = z.object({ n: z.number() });

registry.post('/typed/:id', { schema: { body } }, (request) => request.valid.body.n.toFixed());
// @ts-expect-error the schema says number
registry.post('/number', { schema: { body } }, (request) => request.valid.body.n.trim());
// @ts-expect-error there is no schema for the query
registry.post('/part', { schema: { body } }, (request) => request.valid.query);
// @ts-expect-error without schemas nothing is valid
registry.get('/none', (request) => request.valid.body);
registry.get('/users/:id/files/*', ({ params }) => params.id + params['*']);
// @ts-expect-error the path has no parameter ID
registry.get('/users/:id', ({ params }) => params.ID);
// @ts-expect-error the path has no parameter at all
registry.all('/users', ({ params }) => params.id);
// A path that is only known at run time may have any.
registry.get('/dynamic/:id' as string, ({ params }) => params.anything);
const query = z.object({ page: z.coerce.number() });
const params = z.object({ id: z.coerce.number() });
registry.put('/checked/:id', { schema: { query, params } }, ({ params, valid }) => [
  params.id.trim(),
  valid.params.id.toFixed(),
  valid.query.page.toFixed(),
]);
const response = z.object({ n: z.number(), at: z.date().transform(String) });
registry.get('/answer', { schema: { response } }, () => ({ n: 1, at: new Date(0) }));
registry.get('/answer/async', { schema: { response } }, async () =>
  reply({ n: 1, at: new Date(0) }, { status: 201 }),
);
registry.get('/answer/native', { schema: { response } }, () => new Response('x'));
// @ts-expect-error the schema of the response says number
registry.get('/answer/wrong', { schema: { response } }, () => ({ n: 'one', at: new Date(0) }));
// @ts-expect-error a reply too has the body that the schema says
registry.get('/answer/wrong-reply', { schema: { response } }, () => reply({ n: 1 }));
// @ts-expect-error options come before the handler
t.throws(() => registry.get('/order', () => 1, {}));
// @ts-expect-error there is no such option
t.throws(() => registry.get('/option', { bodylimit: 1 }, () => 1));
registry.use('/users', (request, _context, next) => (request.params.id === '' ? 'none' : next()));
registry.mount(
  '/mounted',
  createRegistry({ name: 'mounted' }).get('/', () => 1),
);
registry.mount('/fetch', (request, { clientIp }) => new Response(`${request.method} ${clientIp}`));
// @ts-expect-error a fetch handler gives a Response
registry.mount('/number', () => 1);
registry.get(
  '/events/:id',
  sse(({ send }, request) => {
    // @ts-expect-error there is no such parameter
    void request.params.other;
    return send({ id: request.params.id });
  }),
);
registry.get('/readonly', (request) => {
  // @ts-expect-error a request is read-only
  request.params.id = 'x';
  return undefined;
});

registry.function('typed', (event: { name: string }): string => event.name);
registry.function('limited', { timeoutMs: 100 }, (event: { n: number }) => event.n);
// @ts-expect-error a timeout is a number of milliseconds
t.throws(() => registry.function('limit', { timeoutMs: '1s' }, () => 1));
registry.function('context', (_event, context: InvocationContext) =>
  context.getRemainingTimeInMillis().toFixed(),
);
// @ts-expect-error an untyped event is unknown
registry.function('unknown', (event) => event.name);

declare const queue: EventSource<{ id: number }, boolean>;
export const register = (): void => {
  registry.event('good', queue, (payload) => payload.id > 1);
  registry.event('optional', queue, { timeoutMs: 5 }, (payload) => payload.id > 1);
  // @ts-expect-error the source wants a boolean, with options too
  registry.event('optional result', queue, {}, (payload) => payload.id);
  // @ts-expect-error the payload has no name
  registry.event('payload', queue, (payload) => payload.name === '');
  // @ts-expect-error the source wants a boolean
  registry.event('result', queue, (payload) => payload.id);
};

export const replies = (): unknown[] => [
  reply('x', { headers: { a: 1, b: true, c: ['d', 2], e: null, f: undefined } }),
  reply('x', { headers: new Headers({ a: 'b' }) }),
  // @ts-expect-error a header is no object
  reply('x', { headers: { a: {} } }),
  // @ts-expect-error cookies are a list
  reply('x', { cookies: 'a=1' }),
  // @ts-expect-error a status is a number
  reply('x', { status: '200' }),
  // @ts-expect-error a code is needed
  new HttpError(400),
];

// @ts-expect-error a name is needed
t.throws(() => createRegistry({}));
// @ts-expect-error the body is buffered or streamed
t.throws(() => registry.get('/body', { body: 'file' }, () => 1));
t.equal(registry.freeze().functions.size, 4);
