import { ConfigError } from '../core/index.ts';

export interface QueueArn {
  readonly arn: string;
  readonly region: string;
  /** Whether it keeps the order of its groups. */
  readonly fifo: boolean;
  /** Where SQS serves it, or the stand-in at `endpointUrl`. */
  url(endpointUrl: string | undefined): string;
}

const ARN = /^arn:(aws[a-z-]*):sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_-]{1,80}(?:\.fifo)?)$/;

/** @throws ConfigError naming handler and text */
export function parseQueueArn(handler: string, text: unknown): QueueArn {
  const [arn, partition, region = '', account, name = ''] = ARN.exec(String(text)) ?? [];
  if (arn === undefined)
    throw new ConfigError(`queue of ${handler}: ${JSON.stringify(text)} is not the ARN of an SQS queue`);
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return {
    arn,
    region,
    fifo: name.endsWith('.fifo'),
    url: (endpoint = `https://sqs.${region}.${suffix}`) =>
      `${endpoint.replace(/\/+$/, '')}/${account}/${name}`,
  };
}
