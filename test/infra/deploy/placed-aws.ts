// The AWS of placed.test.ts, inside the network namespace of placed.sh: as deployed-aws.ts, for a service with handlers on
// both sides. node placed-aws.ts CERT KEY RECORD; the executable's path is in APP.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deployed } from './deployed.ts';
import { callMoto } from './moto.ts';

const [cert, key, record] = process.argv.slice(2) as [string, string, string];
const dir = dirname(record);
const ARN = 'arn:aws:sqs:us-east-1:123456789012:orders';

const aws = await deployed({
  bucket: 'placed-artifacts',
  cert,
  key,
  record,
  before: async (moto) => {
    await sqs(moto, 'CreateQueue', { QueueName: 'orders' });
    return [
      ...['--parameter', `OrdersArn=${ARN}`],
      // Without a load balancer, whose health checks first boot would wait for.
      ...['--functionUrl', 'iam', '--appCidr', '10.0.0.0/8'],
      // Node.js has authorities of its own.
      ...['--env', 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'],
    ];
  },
});

function sqs(moto: { readonly port: number }, action: string, body: object): Promise<string> {
  const headers = { 'x-amz-target': `AmazonSQS.${action}`, 'content-type': 'application/x-amz-json-1.0' };
  return callMoto(moto, 'sqs', { headers, body: JSON.stringify(body) });
}

const idOf = (name: string) => aws.resources.find((resource) => resource.name === name)!.id;
const queues = {
  orders: 'http://127.0.0.1/123456789012/orders',
  report: idOf('ReportQueue'),
  tick: idOf('TickQueue'),
};
writeFileSync(
  join(dir, 'queues'),
  Object.entries(queues)
    .map(([name, url]) => `${name}=${url}\n`)
    .join(''),
);
const path = `/2015-03-31/functions/${idOf('HttpFunction')}/configuration`;
const configuration = JSON.parse(await callMoto(aws.moto, 'lambda', { method: 'GET', path }));
writeFileSync(join(dir, 'targets'), configuration.Environment.Variables.AMPHI_TARGETS);
const names = aws.resources.map(({ name, type }) => `${name} ${type}`).sort();
writeFileSync(join(dir, 'resources'), names.join('\n'));
aws.ready();
