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
 * Which AWS service made an event, by the marks that only its events carry; never by `version`, which several share.
 * An authorizer is asked with the request of another source, so its own mark goes before all; `httpMethod` and `path`,
 * which tools and other services add to their events too, count only where there is no other mark.
 * @returns `direct` when nothing matches
 * @throws HttpError 400 `UNSUPPORTED_EVENT` when marks of two services are there and none is stronger
 */
export function detectSource(event: unknown): SourceName {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return 'direct';
  const json = event as Json;
  if (isAuthorizer(json)) return 'apigateway-authorizer';
  let found = recordsOf(json);
  for (const [name, matches] of MARKS) {
    if (!matches(json)) continue;
    if (found !== undefined) throw ambiguous(found, name);
    found = name;
  }
  return found ?? (has(json.httpMethod) ? 'apigateway-v1' : 'direct');
}

/** `detectSource` as a test of one source; an ambiguous event is of none. */
export function isFrom(event: unknown, name: SourceName): boolean {
  try {
    return detectSource(event) === name;
  } catch {
    return false;
  }
}

const contextOf = (event: Json): Json | null | undefined => event.requestContext as Json | null | undefined;

/** Each by what no event of another service has. */
const MARKS: readonly [name: SourceName, matches: (event: Json) => boolean][] = [
  ['alb', (event) => has(contextOf(event)?.elb)],
  ['function-url', (event) => has(contextOf(event)?.http) && isFunctionUrl(contextOf(event)!)],
  ['apigateway-v2', (event) => has(contextOf(event)?.http) && !isFunctionUrl(contextOf(event)!)],
  [
    'vpc-lattice-v2',
    (event) => has(contextOf(event)?.serviceArn) || has(contextOf(event)?.serviceNetworkArn),
  ],
  ['vpc-lattice-v1', (event) => has(event.raw_path) && has(event.method)],
  ['apigateway-websocket', (event) => has(contextOf(event)?.connectionId)],
  ['bedrock-agent', (event) => has(event.messageVersion) && has(event.agent)],
  ['cloudwatch-logs', (event) => has(event.awslogs)],
  ['firehose', isFirehose],
  ['eventbridge', (event) => has(event['detail-type'])],
  ['cognito', (event) => has(event.triggerSource) && has(event.userPoolId)],
  ['cloudformation', (event) => has(event.RequestType) && has(event.StackId)],
];

function isAuthorizer(event: Json): boolean {
  return has(event.methodArn) || has(event.routeArn);
}

// Local generators leave out deliveryStreamArn.
function isFirehose(event: Json): boolean {
  if (!Array.isArray(event.records)) return false;
  const first = event.records[0] as Json | null | undefined;
  return has(event.deliveryStreamArn) || (has(event.invocationId) && has(first?.recordId));
}

/** Of queue and stream records, and of the maps of records that Kafka, MQ and DocumentDB send. */
function recordsOf(event: Json): SourceName | undefined {
  const { eventSource } = event;
  const named = typeof eventSource === 'string' && Object.hasOwn(EVENT_SOURCES, eventSource);
  return has(event.Records) ? recordSource(event.Records) : named ? EVENT_SOURCES[eventSource] : undefined;
}

function has(value: unknown): boolean {
  return value !== undefined && value !== null;
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
