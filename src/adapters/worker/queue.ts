import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import type { QueueMessage } from '../../core/index.ts';

/** A change of one message that SQS has refused. */
export interface Refusal {
  readonly message: QueueMessage;
  readonly code: string;
  /** Whether trying it again is of no use. */
  readonly final: boolean;
}

/** One SQS queue as the worker uses it; at most 10 messages in a call. */
export interface Queue {
  /**
   * @param wait whether to wait while there are none
   * @throws what SQS or the way to it has to say
   */
  receive(most: number, wait: boolean): Promise<QueueMessage[]>;
  delete(messages: readonly QueueMessage[]): Promise<Refusal[]>;
  /** Hides messages for some seconds more, from now on; 0 gives them back. */
  hide(messages: readonly QueueMessage[], seconds: (message: QueueMessage) => number): Promise<Refusal[]>;
}

/** The most messages that SQS takes or gives in one call. */
export const MOST_AT_ONCE = 10;

/** Beside the time that a call waits for messages: then something on the way hangs. */
const CALL_TIMEOUT_MS = 15_000;

type Sdk = typeof import('../../aws/sdk/sqs.ts');

interface Refused {
  readonly Id?: string | undefined;
  readonly Code?: string | undefined;
  readonly SenderFault?: boolean | undefined;
}

export class SqsQueue implements Queue {
  readonly #sdk: Sdk;
  readonly #client: SQSClient;
  readonly #url: string;
  readonly #visibilityTimeout: number;
  readonly #waitTime: number;

  constructor(
    sdk: Sdk,
    client: SQSClient,
    url: string,
    { visibilityTimeout, waitTime }: { visibilityTimeout: number; waitTime: number },
  ) {
    this.#sdk = sdk;
    this.#client = client;
    this.#url = url;
    this.#visibilityTimeout = visibilityTimeout;
    this.#waitTime = waitTime;
  }

  async receive(most: number, wait: boolean): Promise<QueueMessage[]> {
    const waitTime = wait ? this.#waitTime : 0;
    const command = new this.#sdk.ReceiveMessageCommand({
      QueueUrl: this.#url,
      MaxNumberOfMessages: most,
      WaitTimeSeconds: waitTime,
      VisibilityTimeout: this.#visibilityTimeout,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const abortSignal = AbortSignal.timeout(waitTime * 1000 + CALL_TIMEOUT_MS);
    const { Messages = [] } = await this.#client.send(command, { abortSignal });
    return Messages.map(toMessage);
  }

  async delete(messages: readonly QueueMessage[]): Promise<Refusal[]> {
    const Entries = messages.map(({ receiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle: receiptHandle,
    }));
    const command = new this.#sdk.DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries });
    const { Failed } = await this.#client.send(command, {
      abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    return refusals(messages, Failed);
  }

  async hide(
    messages: readonly QueueMessage[],
    seconds: (message: QueueMessage) => number,
  ): Promise<Refusal[]> {
    const Entries = messages.map((message, index) => ({
      Id: String(index),
      ReceiptHandle: message.receiptHandle,
      VisibilityTimeout: seconds(message),
    }));
    const command = new this.#sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#url, Entries });
    const { Failed } = await this.#client.send(command, {
      abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    return refusals(messages, Failed);
  }
}

function toMessage(message: Message): QueueMessage {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(
    ([name, { DataType = '', StringValue, BinaryValue }]) =>
      [name, { dataType: DataType, stringValue: StringValue, binaryValue: BinaryValue }] as const,
  );
  return {
    id: message.MessageId ?? '',
    body: message.Body ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    md5OfBody: message.MD5OfBody,
    attributes: { ...message.Attributes },
    messageAttributes: Object.fromEntries(attributes),
  };
}

function refusals(messages: readonly QueueMessage[], failed: readonly Refused[] = []): Refusal[] {
  return failed.map(({ Id, Code = 'unknown', SenderFault = false }) => ({
    message: messages[Number(Id)]!,
    code: Code,
    final: SenderFault,
  }));
}
