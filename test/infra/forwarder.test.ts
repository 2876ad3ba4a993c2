import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { FORWARDER_CODE } from '../../infra/triggers/forwarder.ts';
import { SqsStandIn } from '../../scripts/bench/sqs-stand-in.ts';
import { SAMPLES } from '../../src/adapters/lambda/sources/samples/index.ts';
import { pythonWithBoto } from './tools.ts';

// The code that the template brings for services that know no queues, run by Python as Lambda would.

const python = pythonWithBoto();
const skip = python === undefined ? 'no Python with boto3 here' : false;

const RUN = `import json, sys
scope = {}
exec(compile(sys.argv[1], 'index.py', 'exec'), scope)
for event in json.load(sys.stdin):
    scope['handler'](event, None)
`;

t.test('the forwarder sends an event as it came to the queue', { skip }, async (t) => {
  const sqs = new SqsStandIn();
  await sqs.listen();
  t.teardown(() => sqs.close());
  const queue = sqs.queue('logs');
  const events = await Promise.all(['cloudwatch-logs', 'ses'].map((name) => SAMPLES[name]!.load()));
  const env = {
    ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_DEFAULT_REGION: 'us-east-1' },
    ...{ AWS_ENDPOINT_URL_SQS: sqs.endpoint, AWS_ENDPOINT_URL: sqs.endpoint, PATH: process.env.PATH },
    QUEUE: `${sqs.endpoint}/000000000000/logs`,
  };
  const child = spawn(python!, ['-c', RUN, FORWARDER_CODE], { env, stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(JSON.stringify(events));
  const told = await text(child.stderr);
  t.strictSame(
    queue.peek().map(({ body }) => JSON.parse(body)),
    JSON.parse(JSON.stringify(events)),
    told,
  );
});
