import { createRegistry, HttpError, reply } from 'amphi';
import { schedule } from 'amphi/events';
import { reportRows } from './report.ts';

export const registry = createRegistry({ name: 'reports', version: '1.0.0', description: 'Reports as CSV' });

const LONGEST = 1_000_000;

// The body is a stream: rows leave as they are made, on a server as on Lambda with response streaming.
registry.get('/reports/:rows', (request, context) => {
  const rows = Number(request.params.rows);
  if (!Number.isInteger(rows) || rows < 0 || rows > LONGEST) {
    throw new HttpError(400, 'BAD_ROWS', `rows must be a whole number from 0 to ${LONGEST}`);
  }
  const headers = { 'content-type': 'text/csv; charset=utf-8' };
  return reply(reportRows({ rows, signal: context.signal }), { headers });
});

registry.get('/where', (_request, context) => (context.lambda ? 'Lambda' : 'a server'));

interface Summary {
  readonly rows: number;
  readonly bytes: number;
}

// The same work as a function: by Lambda for at most 15 minutes, on an instance by its Invoke API for as long as it takes.
registry.function('summarize', async (event: { rows?: number }, context): Promise<Summary> => {
  const rows = event.rows ?? 10;
  let bytes = 0;
  for await (const row of reportRows({ rows, signal: context.signal })) bytes += row.length;
  return { rows, bytes };
});

registry.event('nightly', schedule({ expression: 'cron(0 3 * * ? *)' }), async ({ time }, context) => {
  let lines = 0;
  for await (const _row of reportRows({ rows: 100, signal: context.signal })) lines += 1;
  context.logger.info('nightly report', { due: time, lines });
});
