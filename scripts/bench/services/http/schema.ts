/** By zod for all but Fastify, whose users take JSON schemas: it compiles those. */
import { z } from 'zod';

export const ORDER = z.object({
  order: z.string(),
  customer: z.object({ name: z.string(), vip: z.boolean() }),
  items: z.array(z.object({ id: z.number(), name: z.string(), price: z.number(), sold: z.boolean() })),
  note: z.string(),
});
