import {
  dynamodb,
  eventBridge,
  s3,
  schedule,
  sns,
  sqs,
} from '../../src/adapters/lambda/sources/events/index.ts';
import { run } from '../../src/cli/run.ts';
import { createRegistry } from '../../src/core/index.ts';

const registry = createRegistry({ name: 'triggered' })
  .event('onUpload', s3({ bucket: { create: true }, suffix: '.csv' }), () => {})
  .event('work', sqs({ queue: 'arn:aws:sqs:us-east-1:123456789012:orders', batchSize: 5 }), () => {})
  .event('change', dynamodb({ stream: { parameter: 'StreamArn' } }), () => {})
  .event('news', sns({ topic: 'arn:aws:sns:us-east-1:123456789012:news' }), () => {})
  .event('placed', eventBridge({ pattern: { source: ['orders'] } }), () => {})
  .event('nightly', schedule({ expression: 'rate(1 day)' }), () => {})
  // The same, but on instances.
  .event('onPhoto', s3({ bucket: { create: true } }), { runOn: 'instances' }, () => {})
  .event(
    'hourly',
    schedule({ expression: 'rate(1 hour)', input: { hour: 1 } }),
    { runOn: 'instances' },
    () => {},
  )
  .event(
    'jobs',
    sqs({ queue: 'arn:aws:sqs:us-east-1:123456789012:orders' }),
    { runOn: 'instances' },
    () => {},
  )
  .function('render', { runOn: 'instances', invokes: ['resize'] }, () => {})
  .function('resize', { invokes: ['render'] }, () => {});

void run(async () => ({ registry }));
