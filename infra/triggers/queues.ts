import { getAtt, ref, resource, sub, type TemplateResource } from '../intrinsics.ts';
import type { TemplateGroup } from '../topology/types.ts';
import { queueName } from '../wiring/queues.ts';
import { queuePolicy, type Sender } from './queue-policy.ts';

const DAY_SECONDS = 86_400;

/**
 * The longest that SQS keeps a message. On its way to the dead letters it keeps its age: those are as old as the work
 * was when it was sent.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
const RETENTION_SECONDS = 14 * DAY_SECONDS;

/** The worker extends it while a message is handled, so that one of a dead worker soon comes again. */
const VISIBILITY_SECONDS = 60;

/** How often a message is tried. */
const RECEIVES = 5;

export interface QueueParts {
  readonly handler: string;
  /** Logical prefix of the handler. */
  readonly name: string;
  readonly slug: string;
  readonly senders: readonly Sender[];
  /** Nothing in the template sends to it, so whoever does has to know its address. */
  readonly fedByHand: boolean;
}

/** The queue before a handler on instances, with its dead letters. */
export function queueGroup({ handler, name, slug, senders, fedByHand }: QueueParts): TemplateGroup {
  const [queue, deadLetters] = [`${name}Queue`, `${name}DeadLetters`];
  return {
    Resources: {
      [deadLetters]: deadLetterQueue(slug, name),
      [queue]: resource('AWS::SQS::Queue', {
        QueueName: queueName(slug, name),
        MessageRetentionPeriod: RETENTION_SECONDS,
        VisibilityTimeout: VISIBILITY_SECONDS,
        SqsManagedSseEnabled: true,
        RedrivePolicy: { deadLetterTargetArn: getAtt(deadLetters, 'Arn'), maxReceiveCount: RECEIVES },
      }),
      ...(senders.length > 0 ? { [`${queue}Policy`]: queuePolicy(queue, senders) } : {}),
    },
    Outputs: fedByHand
      ? {
          [`${queue}Url`]: { Description: `URL of the queue of handler ${handler}`, Value: ref(queue) },
          [`${queue}Arn`]: {
            Description: `ARN of the queue of handler ${handler}`,
            Value: getAtt(queue, 'Arn'),
          },
        }
      : {},
  };
}

/** Named by its ARN as text: by reference the two queues would need each other first. */
function deadLetterQueue(slug: string, name: string): TemplateResource {
  const source = `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:\${Queue}`;
  return resource('AWS::SQS::Queue', {
    MessageRetentionPeriod: RETENTION_SECONDS,
    SqsManagedSseEnabled: true,
    RedriveAllowPolicy: {
      redrivePermission: 'byQueue',
      sourceQueueArns: [sub(source, { Queue: queueName(slug, name) })],
    },
  });
}
