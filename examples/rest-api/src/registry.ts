import { timingSafeEqual } from 'node:crypto';
import { createRegistry, HttpError, reply } from 'amphi';
import { z } from 'zod';
import { BookStore } from './books.ts';

const Id = z.object({ id: z.uuid() });
const NewBook = z.object({ title: z.string().min(1).max(200), year: z.int().min(1450).max(2100) });
const Book = NewBook.extend({ id: z.uuid() });
const Page = z.object({
  since: z.coerce.number().int().default(0),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

const store = new BookStore();
const books = createRegistry({ name: 'books' });

books.get('/', { schema: { query: Page, response: z.array(Book) } }, (request) => {
  const { since, limit } = request.valid.query;
  return store.list(since, limit);
});

books.post('/', { schema: { body: NewBook }, bodyLimit: 10_000 }, (request) => {
  const book = store.add(request.valid.body);
  return reply(book, { status: 201, headers: { location: `/books/${book.id}` } });
});

books.get('/:id', { schema: { params: Id, response: Book } }, (request) => found(request.params.id));

books.delete('/:id', { schema: { params: Id } }, (request) => {
  found(request.params.id);
  store.remove(request.params.id);
});

function found(id: string) {
  const book = store.get(id);
  if (!book) throw new HttpError(404, 'NO_SUCH_BOOK', `There is no book ${id}.`);
  return book;
}

export const registry = createRegistry({ name: 'library', version: '1.0.0', description: 'Books over HTTP' });

registry.get('/', () => ({ books: '/books' }));

// Before any handler below /books: reading is free, changing needs the key.
registry.use('/books', (request, _context, next) => {
  if (request.method !== 'GET' && !isKey(request.headers['x-api-key'])) {
    throw new HttpError(401, 'NO_KEY', 'Changes need the header x-api-key.');
  }
  return next();
});

registry.mount('/books', books);

function isKey(given: string | undefined): boolean {
  const key = process.env.API_KEY;
  if (!key || given === undefined || given.length !== key.length) return false;
  return timingSafeEqual(Buffer.from(given), Buffer.from(key));
}
