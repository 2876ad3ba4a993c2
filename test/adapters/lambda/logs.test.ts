import t from 'tap';
import { startFakeRuntimeApi } from '../../support/fake-runtime-api.ts';
import { MAIN, startLambda } from '../../support/lambda-process.ts';
import { nodeCommand } from '../../support/node.ts';

async function run(
  env: Record<string, string>,
): Promise<{ ids: string[]; output: string; logs: Record<string, unknown>[] }> {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'log', env });
  const first = await api.invoke({ label: 'first', stray: true });
  // The stray line of the first comes in the middle of the second.
  const second = await api.invoke({ label: 'second', ms: 250 });
  await lambda.stop();
  await api.close();
  return { ids: [first.requestId, second.requestId], output: lambda.output(), logs: lambda.logs() };
}

t.test('JSON', async (t) => {
  const { ids, logs } = await run({ AWS_LAMBDA_LOG_FORMAT: 'JSON' });
  const ofFirst = logs.filter((line) => line.requestId === ids[0]);
  t.match(ofFirst, [
    { level: 'INFO', message: 'console first', timestamp: /^\d{4}-.*Z$/ },
    { level: 'ERROR', message: { label: 'first' } },
    { level: 'WARN', message: /two\nlines/, errorType: 'TypeError', errorMessage: 'bad' },
    { level: 'INFO', message: 'logger', label: 'first' },
    { level: 'INFO', message: 'stray of first' },
  ]);
  t.equal(logs.filter((line) => line.requestId === ids[1]).length, 4);
  t.equal(logs.length, 9, 'DEBUG is below the default');
});

t.test('JSON with a level', async (t) => {
  const { logs } = await run({ AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'WARN' });
  t.same(
    logs.map((line) => line.level),
    ['ERROR', 'WARN', 'ERROR', 'WARN'],
  );
});

t.test('text', async (t) => {
  const { ids, output } = await run({});
  const lines = output.split('\n').filter((line) => line.includes('\t'));
  const fields = lines.map((line) => line.split('\t').slice(1));
  t.same(fields[0], [ids[0], 'INFO', 'console first']);
  t.same(fields[1], [ids[0], 'DEBUG', 'debug first']);
  t.match(fields[3]?.[2], /^two\rlines TypeError: bad/, 'one line is one log event');
  const stray = fields.findIndex(([, , message]) => message === 'stray of first');
  t.same(fields[stray], [ids[0], 'INFO', 'stray of first'], 'not as the invocation that runs now');
  t.same(fields[stray - 1], [ids[1], 'DEBUG', 'debug second'], 'which is the second');
  t.same(fields.at(-1)?.slice(0, 2), [ids[1], 'WARN'], 'whose later lines are its own');
});

t.test('a level that does not exist is told, and INFO is used', async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'log', env: { AMPHI_LOG_LEVEL: 'banana' } });
  await api.invoke({ label: 'first' });
  await lambda.stop();
  await api.close();
  t.match(lambda.logs(), [
    { level: 'WARN', message: /^AMPHI_LOG_LEVEL "banana" is none of TRACE, DEBUG, INFO/ },
    { level: 'INFO', message: 'logger' },
  ]);
});

t.test('whatever becomes of the reader or the disk of the log, every event is answered', async (t) => {
  const gone = await startFakeRuntimeApi();
  const unread = startLambda(gone, { handler: 'log' });
  unread.child.stdout!.destroy();
  for (let n = 0; n < 20; n++) t.equal((await gone.invoke({ label: `n${n}` })).kind, 'response');
  await unread.stop();
  await gone.close();

  const api = await startFakeRuntimeApi();
  const command = ['sh', '-c', 'exec "$0" "$@" > /dev/full', ...nodeCommand(MAIN)];
  const full = startLambda(api, { handler: 'log', command });
  for (let n = 0; n < 20; n++) t.equal((await api.invoke({ label: `n${n}` })).kind, 'response');
  await full.stop();
  await api.close();
});
