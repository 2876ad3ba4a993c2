import type { QueueMessage } from '../../../../../core/index.ts';

/**
 * Messages as the event that Lambda makes of them.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export function eventOfMessages(messages: readonly QueueMessage[], queueArn: string): object {
  const awsRegion = queueArn.split(':')[3] ?? '';
  return {
    Records: messages.map(({ id, receiptHandle, body, attributes, md5OfBody, messageAttributes }) => ({
      messageId: id,
      receiptHandle,
      body,
      attributes,
      messageAttributes: attributesOf(messageAttributes),
      md5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion,
    })),
  };
}

function attributesOf(given: QueueMessage['messageAttributes']): object {
  const entries = Object.entries(given).map(([name, { dataType, stringValue, binaryValue }]) => {
    const value =
      binaryValue === undefined
        ? { stringValue }
        : { binaryValue: Buffer.from(binaryValue).toString('base64') };
    return [name, { ...value, stringListValues: [], binaryListValues: [], dataType }] as const;
  });
  return Object.fromEntries(entries);
}
