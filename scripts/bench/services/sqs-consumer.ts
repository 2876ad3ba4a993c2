/** The same work by sqs-consumer: as many consumers as make the same number of messages at a time. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import { work } from './work.ts';

const { QUEUE_URL, ENDPOINT, CONCURRENCY = '10', VISIBILITY = '60' } = process.env;
const visibilityTimeout = Number(VISIBILITY);

const sqs = new SQSClient({ region: 'us-east-1', endpoint: ENDPOINT! });
const consumers = Array.from({ length: Math.ceil(Number(CONCURRENCY) / 10) }, () =>
  Consumer.create({
    queueUrl: QUEUE_URL!,
    sqs,
    batchSize: 10,
    waitTimeSeconds: 10,
    visibilityTimeout,
    heartbeatInterval: Math.max(1, Math.floor(visibilityTimeout / 3)),
    terminateVisibilityTimeout: true,
    handleMessageBatch: async (messages) => {
      const results = await Promise.allSettled(messages.map(({ Body }) => work(JSON.parse(Body!))));
      return messages.filter((_, index) => results[index]!.status === 'fulfilled');
    },
  }),
);
for (const consumer of consumers) {
  consumer.on('error', () => {});
  consumer.on('processing_error', () => {});
  consumer.start();
}
