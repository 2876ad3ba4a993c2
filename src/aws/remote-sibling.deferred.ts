/** Calls of functions that run elsewhere: in Lambda, or behind the queue of a worker. */
import { ConfigError, FunctionError, resultOf, type SiblingCall, type TakenCall } from '../core/index.ts';
import { parseQueueArn } from './queue-arn.ts';
import type { LambdaClient } from './sdk/lambda.ts';
import type { SQSClient } from './sdk/sqs.ts';

type Env = Readonly<Record<string, string | undefined>>;

const decoder = new TextDecoder();

/** @throws FunctionError, ConfigError, and what the service that was called has to say */
export async function callRemote(
  call: SiblingCall,
  here: () => Promise<unknown>,
  env: Env,
): Promise<unknown> {
  const { name, wait } = call;
  const endpoint = env.AMPHI_INVOKE_ENDPOINT;
  if (endpoint) return callLambda(call, name, await localClient(endpoint, env));
  const target = targetOf(name, env);
  if (target === undefined) throw noTarget(name);
  if (!target.startsWith('arn:') || target.split(':')[2] === 'lambda') {
    return callLambda(call, target, await lambdaClient(target.split(':')[3]));
  }
  if (!wait) return send(call, target);
  // It is placed where this process is.
  if (Object.hasOwn(parsed('AMPHI_QUEUES', env), name)) return here();
  throw new ConfigError(
    `context.invoke ${name}: it runs on instances and is reached by a queue, so nobody can wait for it: use { wait: false }`,
  );
}

/** An ARN, or the name of the function that runs here. */
function targetOf(name: string, env: Env): string | undefined {
  const { [name]: target } = parsed('AMPHI_TARGETS', env);
  if (target !== undefined) return target;
  return env._HANDLER === name ? env.AWS_LAMBDA_FUNCTION_NAME : undefined;
}

function noTarget(name: string): ConfigError {
  return new ConfigError(
    `context.invoke ${name}: AMPHI_TARGETS says nothing of it; was the stack deployed with this version?`,
  );
}

/** @throws ConfigError for a variable that is no JSON object */
function parsed(variable: string, env: Env): Record<string, string> {
  try {
    return { ...JSON.parse(env[variable] || '{}') };
  } catch {
    throw new ConfigError(`${variable} is no JSON: ${env[variable]}`);
  }
}

const clients = new Map<string, LambdaClient | SQSClient>();

async function kept<Client extends LambdaClient | SQSClient>(
  key: string,
  make: () => Promise<Client>,
): Promise<Client> {
  const known = clients.get(key) as Client | undefined;
  if (known) return known;
  const made = await make();
  clients.set(key, made);
  return made;
}

const loadLambda = async () => (await import('./sdk.deferred.ts')).loadLambda();
const loadSqs = async () => (await import('./sdk.deferred.ts')).loadSqs();

/** A function of 15 minutes answers as late. */
const LONGEST_MS = 905_000;

function lambdaClient(region: string | undefined): Promise<LambdaClient> {
  const requestHandler = { connectionTimeout: 5_000, requestTimeout: LONGEST_MS };
  return kept(`lambda ${region}`, async () => {
    const { LambdaClient } = await loadLambda();
    return new LambdaClient({ ...(region ? { region } : {}), requestHandler, maxAttempts: 3 });
  });
}

/** Of the emulator, which asks for no credentials but whose client has to have some. */
function localClient(endpoint: string, env: Env): Promise<LambdaClient> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return kept(`lambda ${endpoint}`, async () => {
    const { LambdaClient } = await loadLambda();
    return new LambdaClient({ endpoint, region: env.AWS_REGION ?? 'us-east-1', credentials });
  });
}

async function callLambda(
  { payload, wait }: SiblingCall,
  target: string,
  client: LambdaClient,
): Promise<unknown> {
  const { InvokeCommand } = await loadLambda();
  const {
    FunctionError: failed,
    Payload,
    $metadata,
  } = await client.send(
    new InvokeCommand({
      FunctionName: target,
      InvocationType: wait ? 'RequestResponse' : 'Event',
      Payload: payload,
    }),
  );
  if (!wait) return { requestId: $metadata.requestId ?? '' } satisfies TakenCall;
  const result = resultOf(decoder.decode(Payload));
  if (failed === undefined) return result;
  const { errorType = 'Error', errorMessage = '' } = (result ?? {}) as {
    errorType?: unknown;
    errorMessage?: unknown;
  };
  throw new FunctionError({ errorType: String(errorType), errorMessage: String(errorMessage) });
}

async function send({ name, payload, caller }: SiblingCall, arn: string): Promise<TakenCall> {
  const queue = parseQueueArn(name, arn);
  const endpoint = process.env.AWS_ENDPOINT_URL_SQS || process.env.AWS_ENDPOINT_URL || undefined;
  const { SendMessageCommand, SQSClient } = await loadSqs();
  const client = await kept(`sqs ${queue.region}`, async () => new SQSClient({ region: queue.region }));
  const { MessageId = '' } = await client.send(
    new SendMessageCommand({
      QueueUrl: queue.url(endpoint),
      MessageBody: payload,
      // Calls have an order among themselves only where the queue has one.
      ...(queue.fifo ? { MessageGroupId: name, MessageDeduplicationId: crypto.randomUUID() } : {}),
      ...(caller.traceId === undefined
        ? {}
        : {
            MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: caller.traceId } },
          }),
    }),
  );
  return { requestId: MessageId };
}
