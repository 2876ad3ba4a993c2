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

const registry = createRegistry({ name: 'types' });
const body = z.object({ n: z.number() });

registry.post('/typed/:id', { schema: { body } }, (request) => request.valid.body.n.toFixed());
// @ts-expect-error the schema says number
registry.post('/number', { schema: { body } }, (request) => request.valid.body.n.trim());
// @ts-expect-error there is no schema for the query
registry.post('/part', { schema: { body } }, (request) => request.valid.query);
// @ts-expect-error without schemas nothing is valid
registry.get('/none', (request) => request.valid.body);
registry.get('/readonly', (request) => {
  // @ts-expect-error a request is read-only
  request.params.id = 'x';
  return undefined;
});

registry.function('typed', (event: { name: string }): string => event.name);
registry.function('context', (_event, context: InvocationContext) =>
  context.getRemainingTimeInMillis().toFixed(),
);
// @ts-expect-error an untyped event is unknown
registry.function('unknown', (event) => event.name);

declare const queue: EventSource<{ id: number }, boolean>;
export const register = (): void => {
  registry.event('good', queue, (payload) => payload.id > 1);
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
t.equal(registry.freeze().functions.size, 3);
