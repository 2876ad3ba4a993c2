import t from 'tap';
import {
  cloudWatchLogs,
  cognito,
  customResource,
  dynamodb,
  eventBridge,
  firehose,
  kinesis,
  type RecordError,
  s3,
  schedule,
  ses,
  sns,
  sqs,
} from '../../../../src/adapters/lambda/sources/events/index.ts';
import { createRegistry } from '../../../../src/core/index.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only where the type is true. */
const is = <_T extends true>() => {};

interface Order {
  id: number;
}

t.test('a source has the type of its trigger', async (t) => {
  const queue = sqs({ queue: 'arn:aws:sqs:eu-west-1:123456789012:orders' });
  is<Equal<NonNullable<typeof queue.trigger>['type'], 'sqs'>>();
  t.equal(queue.trigger?.reportFailures, true);
  const table = dynamodb({ stream: 'arn:aws:dynamodb:eu-west-1:123456789012:table/a/stream/b' });
  is<Equal<NonNullable<typeof table.trigger>['type'], 'dynamodb'>>();
  t.equal(table.trigger?.startingPosition, 'TRIM_HORIZON');
  const batch = kinesis({ batch: true });
  is<Equal<NonNullable<typeof batch.trigger>['type'], 'kinesis'>>();
  t.equal(batch.trigger, undefined);
  is<Equal<NonNullable<ReturnType<typeof customResource>['trigger']>['type'], 'cloudformation'>>();
  // @ts-expect-error a schedule's trigger has no pattern
  t.equal(schedule({ expression: 'rate(1 day)' }).trigger?.pattern, undefined);
});

t.test('handlers are typed by their source', async (t) => {
  const registry = createRegistry({ name: 'typed' });
  registry.event('s3', s3(), (record, context) => {
    is<Equal<typeof record.key, string>>();
    is<Equal<typeof context.requestId, string>>();
  });
  registry.event('sqs', sqs(), async ({ body }) => is<Equal<typeof body, string>>());
  registry.event('sqs-json', sqs<Order>({ body: 'json' }), ({ body }) => is<Equal<typeof body, Order>>());
  registry.event('sqs-unknown', sqs({ body: 'json' }), ({ body }) => is<Equal<typeof body, unknown>>());
  registry.event('sqs-batch', sqs<Order>({ body: 'json', batch: true }), (messages) => {
    is<Equal<(typeof messages)[number]['body'], Order>>();
    return { batchItemFailures: messages.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
  registry.event('sqs-batch-void', sqs({ batch: true }), async (messages) => {
    is<Equal<(typeof messages)[number]['body'], string>>();
  });
  registry.event('sns', sns<Order>({ message: 'json' }), ({ message }) => is<Equal<typeof message, Order>>());
  registry.event('kinesis', kinesis(), ({ data }) => is<Equal<typeof data, Uint8Array>>());
  registry.event('kinesis-text', kinesis({ data: 'text' }), ({ data }) => is<Equal<typeof data, string>>());
  registry.event('dynamodb', dynamodb<Order>(), ({ newImage }) =>
    is<Equal<typeof newImage, Order | undefined>>(),
  );
  registry.event('bus', eventBridge<Order>(), ({ detail }) => is<Equal<typeof detail, Order>>());
  registry.event('nightly', schedule({ expression: 'rate(1 day)' }), ({ time }) =>
    is<Equal<typeof time, Date>>(),
  );
  registry.event('logs', cloudWatchLogs(), ({ logEvents }) => logEvents.length);
  registry.event('mail', ses(), () => ({ disposition: 'STOP_RULE' }));
  registry.event('mail-async', ses(), async () => ({ disposition: 'CONTINUE' }));
  registry.event('mail-void', ses(), () => {});
  async function named() {}
  registry.event('mail-named', ses(), named);
  // @ts-expect-error no disposition
  registry.event('mail-bad', ses(), () => ({ disposition: 'STOP' }));
  registry.event('sign-up', cognito({ trigger: 'PreSignUp' }), ({ request }) => {
    is<Equal<typeof request.userAttributes, Readonly<Record<string, string>>>>();
    return { autoConfirmUser: true };
  });
  // @ts-expect-error the response of another trigger
  registry.event('sign-up-bad', cognito({ trigger: 'PreSignUp' }), () => ({ answerCorrect: true }));
  registry.event('seed', customResource<{ Table: string }>(), async (request) => {
    is<Equal<typeof request.properties.Table, string>>();
    if (request.type === 'Update') is<Equal<typeof request.oldProperties.Table, string>>();
    return { data: { Done: 1 } };
  });
  registry.event('firehose', firehose({ data: 'text' }), ({ data }) => data.toUpperCase());
  registry.event('firehose-drop', firehose(), () => ({ dropped: true }));
  // @ts-expect-error a transformation returns something
  registry.event('firehose-void', firehose(), () => {});
  t.equal(registry.freeze().functions.size, 24);
});

t.test('a type argument goes with JSON only, and wrong options are errors', async (t) => {
  // @ts-expect-error text bodies are strings
  sqs<Order>({ body: 'text' });
  // @ts-expect-error text messages are strings
  sns<Order>({ message: 'text' });
  // @ts-expect-error bytes are bytes
  kinesis<Order>({});
  // @ts-expect-error an ARN, a parameter or an expression
  const badQueue = () => sqs({ queue: 7 });
  t.throws(badQueue, { name: 'ConfigError', message: /^sqs: queue 7: it must be an ARN/ });
  // @ts-expect-error no trigger of Cognito
  const badTrigger = () => cognito({ trigger: 'pre-login' });
  t.throws(badTrigger, /^cognito: trigger "pre-login": it must be one of PreSignUp, /);
  is<Equal<RecordError['recordId'], string>>();
});
