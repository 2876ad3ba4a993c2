import { setTimeout as sleep } from 'node:timers/promises';
import { createRegistry, HttpError, type InvocationContext, reply } from 'amphi';
import { storeFrom } from './store.ts';

export const registry = createRegistry({
  name: 'exports',
  version: '1.0.0',
  description: 'Exports that take hours',
});

const store = storeFrom(process.env);
/** What Lambda and instances may do with the bucket: the stack's parameter holds its ARN, with `/*` at the end. */
const permissions = [
  { actions: ['s3:GetObject', 's3:PutObject'], resources: [{ parameter: 'ExportsObjectsArn' }] },
];

interface Order {
  readonly id: string;
  readonly rows: number;
  /** What a real export waits for between two rows, ms. */
  readonly delayMs?: number;
}

/** An hour's work: on instances, where nothing ends it after 15 minutes. Its queue brings it back if one dies. */
async function makeExport({ id, rows, delayMs = 0 }: Order, context: InvocationContext): Promise<void> {
  await store.put(`${id}.status`, JSON.stringify({ id, status: 'running', attempt: context.requestId }));
  let csv = 'row,square\n';
  for (let row = 1; row <= rows; row++) {
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: context.signal });
    csv += `${row},${row * row}\n`;
  }
  // The same file for every attempt: a message may come twice.
  await store.put(`${id}.csv`, csv);
  await store.put(`${id}.status`, JSON.stringify({ id, status: 'done', file: `/exports/${id}/file` }));
}

declare module 'amphi' {
  interface ServiceFunctions {
    'make-export': typeof makeExport;
  }
}

registry.function('make-export', { runOn: 'instances', permissions }, makeExport);

// A route on Lambda takes the order and answers at once.
registry.post(
  '/exports',
  { runOn: 'lambda', invokes: ['make-export'], permissions },
  async (request, context) => {
    const { rows, delayMs } = await request.json<{ rows?: unknown; delayMs?: number }>();
    if (!Number.isInteger(rows)) throw new HttpError(400, 'BAD_ROWS', 'rows must be a whole number');
    const id = crypto.randomUUID();
    await store.put(`${id}.status`, JSON.stringify({ id, status: 'waiting' }));
    await context.invoke('make-export', { id, rows: rows as number, delayMs }, { wait: false });
    return reply({ id, status: 'waiting' }, { status: 202, headers: { location: `/exports/${id}` } });
  },
);

registry.get('/exports/:id', { permissions }, async (request) => {
  const status = await store.get(`${idOf(request.params.id)}.status`);
  if (status === undefined) throw new HttpError(404, 'NO_EXPORT', `There is no export ${request.params.id}.`);
  const done = JSON.parse(status).status === 'done';
  return reply(status, {
    headers: { 'content-type': 'application/json', ...(done ? {} : { 'retry-after': '5' }) },
  });
});

// A large file is for instances, too: Lambda answers with 6 MB at most.
registry.get('/exports/:id/file', { runOn: 'instances', permissions }, async (request) => {
  const csv = await store.get(`${idOf(request.params.id)}.csv`);
  if (csv === undefined) throw new HttpError(404, 'NO_FILE', 'The export is not done yet.');
  return reply(csv, { headers: { 'content-type': 'text/csv; charset=utf-8' } });
});

/** Only what we made: it becomes part of a path. */
function idOf(id: string): string {
  if (/^[0-9a-f-]{36}$/.test(id)) return id;
  throw new HttpError(404, 'NO_EXPORT', `There is no export ${id}.`);
}
