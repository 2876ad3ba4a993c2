import { getAtt, ref } from '../intrinsics.ts';
import { inlineFunction } from '../template/inline-function.ts';
import type { TemplateGroup, Topology } from '../topology/types.ts';

/**
 * Sends an event as it came to a queue. A failure is tried again by whoever called.
 */
export const FORWARDER_CODE = `import json
import os

import boto3

client = boto3.client('sqs')


def handler(event, context):
    client.send_message(QueueUrl=os.environ['QUEUE'], MessageBody=json.dumps(event))
`;

/**
 * A function between a service that calls functions only and the queue of a handler on instances: subscription filters
 * of CloudWatch Logs know no queues, and SES knows but topics, by which mails over 150 KB bounce.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 * @see https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-sns.html
 */
export function forwarderGroup(topology: Topology, handler: string, name: string): TemplateGroup {
  const queue = `${name}Queue`;
  return {
    Resources: inlineFunction(topology, forwarderOf(name), {
      purpose: `sends the events of ${handler} to its queue`,
      roleDescription: `Sends the events of ${handler} to its queue`,
      policy: 'Forward',
      grant: { actions: ['sqs:SendMessage'], resources: [getAtt(queue, 'Arn')] },
      code: FORWARDER_CODE,
      variables: { QUEUE: ref(queue) },
    }),
  };
}

/** Logical name of the forwarder. @param name prefix of the handler */
export const forwarderOf = (name: string): string => `${name}Forwarder`;
