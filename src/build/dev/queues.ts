/** Queues of a stand-in for SQS, one for each handler that reads one. */
import type { DescribedFunction, Inventory } from './inventory.ts';

/** For a stand-in, which asks for some. */
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/**
 * Makes the queues that are not there yet.
 * @param endpoint of the stand-in
 * @returns their ARNs by handler
 */
export async function makeQueues(
  { name, functions }: Inventory,
  endpoint: string,
): Promise<Record<string, string>> {
  const { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } = await import('@aws-sdk/client-sqs');
  const region = process.env.AWS_REGION ?? 'us-east-1';
  const credentials = process.env.AWS_ACCESS_KEY_ID === undefined ? { credentials: CREDENTIALS } : {};
  const sqs = new SQSClient({ endpoint, region, ...credentials });
  const arns: Record<string, string> = {};
  for (const entry of functions.filter(readsQueue)) {
    const queue = queueName(name, entry);
    const attributes = queue.endsWith('.fifo') ? { Attributes: { FifoQueue: 'true' } } : {};
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: queue, ...attributes }));
    const asked = { QueueUrl, AttributeNames: ['QueueArn' as const] };
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand(asked));
    arns[entry.name] = Attributes!.QueueArn!;
  }
  sqs.destroy();
  return arns;
}

/** Its own queue, or that by which it gets to instances. */
const readsQueue = ({ source, runOn }: DescribedFunction): boolean => source === 'sqs' || runOn !== 'lambda';

/** That of its trigger where it is literal, else one of the service's. */
export function queueName(service: string, { name, trigger }: DescribedFunction): string {
  const queue = trigger?.type === 'sqs' ? trigger.queue : undefined;
  return typeof queue === 'string' ? queue.split(':').at(-1)! : `${service}-${name}`;
}
