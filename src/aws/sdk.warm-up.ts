/**
 * What calls of AWS do that a function or a worker makes, for the code cache of the SDK: secrets at the start, calls of
 * functions, queues. A deployment's are rare. Each build runs it, against a server on loopback.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Sdk = typeof import('./sdk.deferred.ts');

/** Credentials come as Lambda gives them: by the environment. */
const ENV = { AWS_ACCESS_KEY_ID: 'warm', AWS_SECRET_ACCESS_KEY: 'up', AWS_SESSION_TOKEN: 'session' };
const BODY = '{"name":"Ada"}';
const MD5 = createHash('md5').update(BODY).digest('hex');
const MESSAGE = { MessageId: '1', ReceiptHandle: '1', Body: BODY, MD5OfBody: MD5, Attributes: {} };

/** By what a request is for. */
const ANSWERS: Readonly<Record<string, object>> = {
  'AmazonSQS.ReceiveMessage': { Messages: [MESSAGE] },
  'AmazonSQS.SendMessage': { MessageId: '1', MD5OfMessageBody: MD5 },
  'AmazonSQS.DeleteMessageBatch': { Successful: [{ Id: '0' }], Failed: [] },
  'secretsmanager.GetSecretValue': { SecretString: BODY },
  'AmazonSSM.GetParameters': { Parameters: [{ Name: 'a', Value: BODY }] },
};

export default async function call(sdk: Sdk): Promise<void> {
  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const before = process.env;
  process.env = { ...before, ...ENV };
  try {
    const options = { endpoint, region: 'us-east-1', maxAttempts: 1 };
    await invoke(sdk, options);
    await queue(sdk, options);
    await secrets(sdk, options);
  } finally {
    process.env = before;
    server.close();
    server.closeAllConnections();
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await text(request);
  const target = String(request.headers['x-amz-target'] ?? '');
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': '1' };
  response.writeHead(200, headers).end(JSON.stringify(ANSWERS[target] ?? {}));
}

interface Options {
  readonly endpoint: string;
  readonly region: string;
  readonly maxAttempts: number;
}

async function invoke(sdk: Sdk, options: Options): Promise<void> {
  const { InvokeCommand, LambdaClient } = await sdk.loadLambda();
  const client = new LambdaClient({ ...options, requestHandler: { requestTimeout: 5_000 } });
  const input = { FunctionName: 'warm', InvocationType: 'RequestResponse', Payload: BODY } as const;
  await client.send(new InvokeCommand(input));
  client.destroy();
}

async function queue(sdk: Sdk, options: Options): Promise<void> {
  const { DeleteMessageBatchCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } =
    await sdk.loadSqs();
  const client = new SQSClient({ ...options, requestHandler: { requestTimeout: 5_000 } });
  const QueueUrl = `${options.endpoint}/1/warm`;
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: BODY }));
  const abortSignal = AbortSignal.timeout(5_000);
  await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }), { abortSignal });
  await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: '0', ReceiptHandle: '1' }] }));
  client.destroy();
}

async function secrets(sdk: Sdk, options: Options): Promise<void> {
  const { GetParametersCommand, GetSecretValueCommand, SecretsManagerClient, SSMClient } =
    await sdk.loadSecrets();
  const [secret, parameters] = [new SecretsManagerClient(options), new SSMClient(options)];
  await secret.send(new GetSecretValueCommand({ SecretId: 'warm' }));
  await parameters.send(new GetParametersCommand({ Names: ['a'], WithDecryption: true }));
  secret.destroy();
  parameters.destroy();
}
