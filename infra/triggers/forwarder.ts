import { LAMBDA_DESCRIPTION_LENGTH } from '../../src/aws/quotas.ts';
import { getAtt, ref, resource } from '../intrinsics.ts';
import { logGroup, writesLog } from '../template/logs.ts';
import { serviceRole } from '../template/policies.ts';
import type { TemplateGroup, Topology } from '../topology/types.ts';

/**
 * Sends an event as it came to a queue. The Python runtime brings its own AWS client, so this needs no artifact. A
 * failure is tried again by whoever called.
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
  const [fn, queue] = [forwarderOf(name), `${name}Queue`];
  return {
    Resources: {
      [`${fn}Logs`]: logGroup(topology),
      [`${fn}Role`]: serviceRole({
        principal: 'lambda.amazonaws.com',
        description: `Sends the events of ${handler} to its queue`,
        policies: {
          Forward: [
            { actions: ['sqs:SendMessage'], resources: [getAtt(queue, 'Arn')] },
            writesLog(`${fn}Logs`),
          ],
        },
      }),
      [fn]: resource('AWS::Lambda::Function', {
        Description: `${topology.service.name}: sends the events of ${handler} to its queue`.slice(
          0,
          LAMBDA_DESCRIPTION_LENGTH,
        ),
        Runtime: 'python3.13',
        Handler: 'index.handler',
        Code: { ZipFile: FORWARDER_CODE },
        Role: getAtt(`${fn}Role`, 'Arn'),
        MemorySize: 128,
        Timeout: 30,
        LoggingConfig: { LogGroup: ref(`${fn}Logs`) },
        Environment: { Variables: { QUEUE: ref(queue) } },
      }),
    },
  };
}

/** Logical name of the forwarder. @param name prefix of the handler */
export const forwarderOf = (name: string): string => `${name}Forwarder`;
