import { frameworkError } from '../../../core/index.ts';
import type { SourceName } from './http/shared/types.ts';

/** A parsed JSON object, its values unchecked. */
type Json = Readonly<Record<string, unknown>>;

/** `eventSource` of stream and queue records, and of the maps that Kafka, MQ and DocumentDB send. */
const EVENT_SOURCES: Readonly<Record<string, SourceName>> = {
  'aws:sqs': 'sqs',
  'aws:sns': 'sns',
  'aws:s3': 's3',
  'aws:ses': 'ses',
  'aws:dynamodb': 'dynamodb',
  'aws:kinesis': 'kinesis',
  'aws:codecommit': 'codecommit',
  'aws:kafka': 'kafka',
  SelfManagedKafka: 'kafka',
  'aws:SelfManagedKafka': 'kafka',
  'aws:mq': 'mq',
  'aws:amq': 'mq',
  'aws:rmq': 'mq',
  'aws:docdb': 'documentdb',
};

/**
 * Which AWS service made an event, by the markers that only its events carry; never by `version`,
 * which several share.
 * @returns `direct` when nothing matches
 * @throws HttpError 400 `UNSUPPORTED_EVENT` when the markers of two services are there
 */
export function detectSource(event: unknown): SourceName {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return 'direct';
  const http = detectHttp(event as Json);
  const other = detectOther(event as Json);
  if (http !== undefined && other !== undefined) throw ambiguous(http, other);
  return http ?? other ?? 'direct';
}

/** `detectSource` as a test of one source; an ambiguous event is of none. */
export function isFrom(event: unknown, name: SourceName): boolean {
  try {
    return detectSource(event) === name;
  } catch {
    return false;
  }
}

function detectHttp(event: Json): SourceName | undefined {
  const context = event.requestContext as Json | null | undefined;
  let found: SourceName | undefined;
  if (has(context?.elb)) found = claim(found, 'alb');
  if (has(context?.http)) found = claim(found, isFunctionUrl(context!) ? 'function-url' : 'apigateway-v2');
  if (has(context?.serviceArn) || has(context?.serviceNetworkArn)) found = claim(found, 'vpc-lattice-v2');
  if (has(event.raw_path) && has(event.method)) found = claim(found, 'vpc-lattice-v1');
  if (has(context?.connectionId)) found = claim(found, 'apigateway-websocket');
  // ALB events have httpMethod too, where it says nothing new.
  if (has(event.httpMethod) && found !== 'alb') found = claim(found, 'apigateway-v1');
  // An authorizer is asked with the same request, but must answer with a policy.
  return has(event.methodArn) || has(event.routeArn) ? 'apigateway-authorizer' : found;
}

function detectOther(event: Json): SourceName | undefined {
  let found = has(event.Records) ? recordSource(event.Records) : undefined;
  const { eventSource } = event;
  if (typeof eventSource === 'string' && Object.hasOwn(EVENT_SOURCES, eventSource))
    found = claim(found, EVENT_SOURCES[eventSource]!);
  if (has(event.awslogs)) found = claim(found, 'cloudwatch-logs');
  if (has(event.deliveryStreamArn) && has(event.records)) found = claim(found, 'firehose');
  if (has(event['detail-type'])) found = claim(found, 'eventbridge');
  if (has(event.triggerSource) && has(event.userPoolId)) found = claim(found, 'cognito');
  if (has(event.RequestType) && has(event.StackId)) found = claim(found, 'cloudformation');
  return found;
}

function has(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function claim(found: SourceName | undefined, name: SourceName): SourceName {
  if (found !== undefined) throw ambiguous(found, name);
  return name;
}

function recordSource(records: unknown): SourceName | undefined {
  const first: Json | null | undefined = Array.isArray(records) ? records[0] : undefined;
  const source = first?.eventSource ?? first?.EventSource;
  return typeof source === 'string' && Object.hasOwn(EVENT_SOURCES, source)
    ? EVENT_SOURCES[source]
    : undefined;
}

/** Function URLs and HTTP APIs share payload format 2.0; only the domain of a URL is fixed. */
export function isFunctionUrl(context: { readonly domainName?: unknown }): boolean {
  const { domainName } = context;
  return typeof domainName === 'string' && domainName.includes('.lambda-url.');
}

function ambiguous(one: SourceName, two: SourceName): Error {
  const what = `The event has the marks of both ${one} and ${two}, so its source cannot be told.`;
  return frameworkError('UNSUPPORTED_EVENT', what);
}
