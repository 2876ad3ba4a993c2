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
  .event('nightly', schedule({ expression: 'rate(1 day)' }), () => {});

void run(async () => ({ registry }));
