import { join } from 'node:path';
import t from 'tap';
import { startFakeRuntimeApi } from '../../../support/fake-runtime-api.ts';
import { startLambda } from '../../../support/lambda-process.ts';
import { nodeCommand } from '../../../support/node.ts';
import { failures, sampleOf } from './support.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

t.test('an event handler behind the real runtime loop', async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'work', command: nodeCommand(MAIN) });
  const event = await sampleOf('sqs');
  const whole = await api.invoke(event);
  t.same(JSON.parse(whole.body.toString()), failures());
  event.Records[1].body = 'no JSON';
  const partial = await api.invoke(event);
  t.same(JSON.parse(partial.body.toString()), failures('2e1424d4-f796-459a-8184-9c92662be6da'));
  const wrong = await api.invoke(await sampleOf('sns'));
  t.match(JSON.parse(wrong.body.toString()), {
    errorType: 'HttpError',
    errorMessage: 'This handler takes sqs events, but got: sns event.',
  });
  t.match(
    lambda.logs().filter(({ message }) => message === 'record failed'),
    [{ requestId: partial.requestId, record: '2e1424d4-f796-459a-8184-9c92662be6da' }],
  );
  await lambda.stop();
  await api.close();
});
