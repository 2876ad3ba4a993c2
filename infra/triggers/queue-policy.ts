import { type Argument, getAtt, ref, resource, type TemplateResource } from '../intrinsics.ts';

/** A service that may send to a queue. */
export interface Sender {
  readonly principal: string;
  /** On behalf of which resource. */
  readonly arn?: Argument;
  readonly sameAccount?: boolean;
}

/** The policy of a queue, which lets in its senders and nobody else. @param queue logical name */
export function queuePolicy(queue: string, senders: readonly Sender[]): TemplateResource {
  return resource('AWS::SQS::QueuePolicy', {
    Queues: [ref(queue)],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: senders.map(({ principal, arn, sameAccount }) => ({
        Effect: 'Allow',
        Principal: { Service: principal },
        Action: 'sqs:SendMessage',
        Resource: getAtt(queue, 'Arn'),
        Condition: {
          ...(arn === undefined ? {} : { ArnEquals: { 'aws:SourceArn': arn } }),
          ...(sameAccount ? { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } } : {}),
        },
      })),
    },
  });
}
