/** What every server of the HTTP rows answers. */
import { setTimeout as sleep } from 'node:timers/promises';

export const HELLO = 'Hello world from Omega!';

/** Some 10 KB as JSON. */
export const LIST = {
  items: Array.from({ length: 110 }, (_, id) => ({
    id,
    name: `item number ${id}`,
    price: id * 1.25,
    tags: ['red', 'big'],
    sold: id % 2 === 0,
  })),
};

export const userOf = (id: string, limit: string, tags: readonly string[]) => ({
  id,
  limit: Number(limit),
  tags,
});

export interface Order {
  readonly order: string;
  readonly customer: { readonly name: string; readonly vip: boolean };
  readonly items: readonly { readonly id: number; readonly price: number }[];
}

export const totalOf = ({ order, customer, items }: Order) => ({
  order,
  name: customer.name,
  total: items.reduce((sum, { price }) => sum + price, 0),
});

const PIECE = `${'x'.repeat(1023)}\n`;

/** 16 KB, ready at once: the cost of streaming, not the time of a source. */
export async function* pieces(): AsyncGenerator<string> {
  for (let n = 0; n < 16; n++) yield PIECE;
}

export const SLOW_MS = 500;
export const slowly = () => sleep(SLOW_MS, HELLO);

/** Tells the benchmark where the server is. */
export function tell(url: string): void {
  console.log(JSON.stringify({ message: 'listening', url }));
}
