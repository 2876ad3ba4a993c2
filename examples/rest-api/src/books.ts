import { randomUUID } from 'node:crypto';

export interface Book {
  readonly id: string;
  readonly title: string;
  readonly year: number;
}

/** Keeps books in memory: a Lambda environment or a server each has its own, so a real service has a database here. */
export class BookStore {
  readonly #books = new Map<string, Book>();

  add(book: Omit<Book, 'id'>): Book {
    const added = { id: randomUUID(), ...book };
    this.#books.set(added.id, added);
    return added;
  }

  get(id: string): Book | undefined {
    return this.#books.get(id);
  }

  remove(id: string): boolean {
    return this.#books.delete(id);
  }

  /** The oldest first. */
  list(since: number, limit: number): Book[] {
    const found = [...this.#books.values()].filter(({ year }) => year >= since);
    return found.sort((a, b) => a.year - b.year).slice(0, limit);
  }
}
