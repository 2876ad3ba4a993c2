/** A stand-in for SQS on the loopback address, by its JSON protocol, with faults on demand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { md5, type QueueSettings, StandInQueue, type StoredMessage } from './sqs-queue.ts';

/** What happens to a call in place of, or after, its work. */
export type Fault =
  | 'throttle'
  | 'error'
  | 'drop before'
  | 'drop after'
  | { readonly delayMs: number }
  | undefined;

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
  readonly VisibilityTimeout?: number;
}

interface Call {
  readonly QueueUrl: string;
  readonly QueueName?: string;
  readonly MaxNumberOfMessages?: number;
  readonly WaitTimeSeconds?: number;
  readonly VisibilityTimeout?: number;
  readonly MessageBody?: string;
  readonly MessageGroupId?: string;
  readonly MessageAttributes?: Record<
    string,
    { DataType: string; StringValue?: string; BinaryValue?: string }
  >;
  readonly MessageSystemAttributes?: Record<string, { StringValue: string }>;
  readonly ReceiptHandle?: string;
  readonly Entries?: readonly Entry[];
}

export class SqsStandIn {
  readonly #queues = new Map<string, StandInQueue>();
  readonly #server: Server;
  /** Asked for each call. */
  fault: (action: string) => Fault = () => undefined;
  /** Calls by action. */
  readonly calls: Record<string, number> = {};
  /** Faults that were put in. */
  faults = 0;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.keepAliveTimeout = 60_000;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  queue(name: string, settings?: QueueSettings): StandInQueue {
    const known = this.#queues.get(name);
    if (known) return known;
    const made = new StandInQueue(name, settings);
    this.#queues.set(name, made);
    return made;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.calls[action] = (this.calls[action] ?? 0) + 1;
    const fault = this.fault(action);
    if (fault !== undefined) this.faults++;
    if (fault === 'drop before') return void request.socket.destroy();
    if (fault === 'throttle') return refuse(response, 400, 'RequestThrottled');
    if (fault === 'error') return refuse(response, 500, 'InternalError');
    if (typeof fault === 'object') await sleep(fault.delayMs);
    const call = JSON.parse(Buffer.concat(chunks).toString()) as Call;
    if (action === 'CreateQueue') return answer(response, 200, this.#create(call.QueueName!));
    const queue = this.#queues.get(call.QueueUrl.split('/').at(-1)!);
    if (queue === undefined) return refuse(response, 400, 'QueueDoesNotExist');
    const result = await this.#run(action, queue, call);
    if (fault === 'drop after') return void request.socket.destroy();
    if (result === undefined) return refuse(response, 400, 'InvalidAction');
    answer(response, 200, result);
  }

  async #run(action: string, queue: StandInQueue, call: Call): Promise<object | undefined> {
    switch (action) {
      case 'ReceiveMessage': {
        const { MaxNumberOfMessages = 1, WaitTimeSeconds = 0, VisibilityTimeout } = call;
        const messages = await queue.receive(MaxNumberOfMessages, WaitTimeSeconds, VisibilityTimeout);
        return messages.length === 0 ? {} : { Messages: messages.map(shown) };
      }
      case 'GetQueueAttributes':
        return { Attributes: { QueueArn: queue.arn } };
      case 'SendMessage':
        return this.#send(queue, call);
      case 'DeleteMessage':
        queue.delete(call.ReceiptHandle!);
        return {};
      case 'ChangeMessageVisibility':
        queue.hide(call.ReceiptHandle!, call.VisibilityTimeout!);
        return {};
      case 'DeleteMessageBatch':
        return outcome(call.Entries!, ({ ReceiptHandle }) => queue.delete(ReceiptHandle));
      case 'ChangeMessageVisibilityBatch':
        return outcome(call.Entries!, ({ ReceiptHandle, VisibilityTimeout = 0 }) =>
          queue.hide(ReceiptHandle, VisibilityTimeout),
        );
      default:
        return undefined;
    }
  }

  #create(name: string): object {
    this.queue(name);
    return { QueueUrl: `${this.endpoint}/000000000000/${name}` };
  }

  #send(queue: StandInQueue, call: Call): object {
    const { MessageBody = '', MessageGroupId: group, MessageAttributes: attributes } = call;
    const system = Object.entries(call.MessageSystemAttributes ?? {}).map(
      ([name, { StringValue }]) => [name, StringValue] as const,
    );
    const MessageId = queue.send(MessageBody, { group, attributes, system: Object.fromEntries(system) });
    return { MessageId, MD5OfMessageBody: md5(MessageBody) };
  }
}

function outcome(entries: readonly Entry[], run: (entry: Entry) => string | undefined): object {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    const code = run(entry);
    if (code === undefined) Successful.push({ Id: entry.Id });
    else Failed.push({ Id: entry.Id, Code: code, SenderFault: true });
  }
  return { Successful, ...(Failed.length > 0 ? { Failed } : {}) };
}

function shown({ id, body, receipt, receiveCount, sent, sentAt, firstReceivedAt }: StoredMessage): object {
  return {
    MessageId: id,
    ReceiptHandle: receipt,
    MD5OfBody: md5(body),
    Body: body,
    Attributes: {
      SenderId: '000000000000',
      SentTimestamp: String(sentAt),
      ApproximateReceiveCount: String(receiveCount),
      ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
      ...(sent.group === undefined ? {} : { MessageGroupId: sent.group }),
      ...sent.system,
    },
    ...(sent.attributes === undefined ? {} : { MessageAttributes: sent.attributes }),
  };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  answer(response, status, { __type: `com.amazonaws.sqs#${code}`, message: `stand-in: ${code}` });
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
