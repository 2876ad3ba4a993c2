import t from 'tap';
import {
  detectSource,
  HTTP_SOURCE_NAMES,
  HTTP_SOURCES,
} from '../../../../src/adapters/lambda/sources/http/index.ts';
import { isHttpEvent } from '../../../../src/adapters/lambda/sources/http/invoke.ts';
import { HTTP_SOURCES as BUILT, buildEvent } from '../../../support/events.ts';
import { alb, albMulti, functionUrl, latticeV1, latticeV2, v1, v2 } from './support.ts';

const record = (eventSource: string) => ({ Records: [{ eventSource }] });

/** Every kind of event by its marks. */
const KINDS: [string, unknown][] = [
  ['apigateway-v1', v1()],
  ['apigateway-v1', v1({ version: '1.0' })],
  ['apigateway-v2', v2()],
  ['function-url', functionUrl()],
  ['alb', alb()],
  ['alb', albMulti()],
  ['vpc-lattice-v1', latticeV1()],
  ['vpc-lattice-v2', latticeV2()],
  ['vpc-lattice-v2', latticeV2({ requestContext: { serviceNetworkArn: 'arn:sn' } })],
  ['apigateway-websocket', { requestContext: { connectionId: 'c=', routeKey: '$connect' } }],
  ['apigateway-authorizer', { ...v1(), type: 'REQUEST', methodArn: 'arn:aws:execute-api:r:1:a/p/GET/x' }],
  ['apigateway-authorizer', { ...v2(), type: 'REQUEST', routeArn: 'arn:aws:execute-api:r:1:a/p/GET/x' }],
  ['apigateway-authorizer', { type: 'TOKEN', authorizationToken: 't', methodArn: 'arn:m' }],
  ['sqs', record('aws:sqs')],
  ['s3', record('aws:s3')],
  ['ses', record('aws:ses')],
  ['dynamodb', record('aws:dynamodb')],
  ['kinesis', record('aws:kinesis')],
  ['codecommit', record('aws:codecommit')],
  ['sns', { Records: [{ EventSource: 'aws:sns' }] }],
  ['kafka', { eventSource: 'aws:kafka', records: { 'topic-0': [] } }],
  ['kafka', { eventSource: 'SelfManagedKafka', records: {} }],
  ['mq', { eventSource: 'aws:rmq', rmqMessagesByQueue: {} }],
  ['documentdb', { eventSource: 'aws:docdb', events: [] }],
  ['cloudwatch-logs', { awslogs: { data: 'H4sI' } }],
  ['firehose', { deliveryStreamArn: 'arn:f', invocationId: 'i', records: [] }],
  ['eventbridge', { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {}, version: '0' }],
  ['cognito', { triggerSource: 'PreSignUp_SignUp', userPoolId: 'p', version: '1' }],
  ['cloudformation', { RequestType: 'Create', StackId: 's', ResponseURL: 'https://x' }],
  // What tools and other services add to events of their own is no mark.
  ['apigateway-v2', v2({ httpMethod: 'GET', path: '/x' })],
  ['sqs', v1(record('aws:sqs'))],
  ['eventbridge', { 'detail-type': 'x', httpMethod: 'POST' }],
  ['apigateway-websocket', { requestContext: { connectionId: 'c=' }, httpMethod: 'GET' }],
  ['apigateway-authorizer', { type: 'REQUEST', methodArn: 'arn:m', requestContext: { connectionId: 'c=' } }],
  ['bedrock-agent', { messageVersion: '1.0', agent: { name: 'a' }, apiPath: '/x', httpMethod: 'GET' }],
  ['firehose', { invocationId: 'i', records: [{ recordId: '1', data: '' }] }],
  ['direct', {}],
  ['direct', { name: 'Ada' }],
  ['direct', { version: '2.0' }],
  ['direct', { version: '1.0', method: 'GET' }],
  ['direct', { Records: [] }],
  ['direct', { Records: [{ eventSource: 'toString' }] }],
  ['direct', { Records: 'none', records: [] }],
  ['direct', { requestContext: null }],
  ['direct', { requestContext: { elb: null }, httpMethod: null }],
  ['direct', null],
  ['direct', 'GET /'],
  ['direct', 7],
  ['direct', [v1()]],
];

t.test('each event is known by the marks of its service alone', async (t) => {
  for (const [name, event] of KINDS) t.equal(detectSource(event), name, JSON.stringify(event)?.slice(0, 90));
});

t.test('exactly one HTTP source matches an event, or none', async (t) => {
  for (const [name, event] of KINDS) {
    const matching = HTTP_SOURCE_NAMES.filter((source) => HTTP_SOURCES[source].matches(event));
    const http = (HTTP_SOURCE_NAMES as readonly string[]).includes(name);
    t.same(matching, http ? [name] : [], name);
    t.equal(isHttpEvent(event), http);
  }
});

t.test('the test builders make events of the source they name', async (t) => {
  for (const name of BUILT) {
    const event = buildEvent(name, { method: 'GET', path: '/' });
    t.equal(detectSource(event), name === 'alb-multi' ? 'alb' : name);
  }
});

t.test('the marks of two services are an error that names both', async (t) => {
  const both: [string, string, object][] = [
    ['alb', 'apigateway-v2', { requestContext: { ...alb().requestContext, ...v2().requestContext } }],
    ['apigateway-v2', 'apigateway-websocket', v2({ context: { connectionId: 'c=' } })],
    ['apigateway-v2', 'vpc-lattice-v2', v2({ context: { serviceArn: 'arn:s' } })],
    ['vpc-lattice-v2', 'vpc-lattice-v1', latticeV2({ raw_path: '/x' })],
    ['sqs', 'alb', alb(record('aws:sqs'))],
    ['alb', 'eventbridge', alb({ 'detail-type': 'x' })],
    ['s3', 'cloudwatch-logs', { ...record('aws:s3'), awslogs: { data: '' } }],
    ['kafka', 'eventbridge', { eventSource: 'aws:kafka', 'detail-type': 'x' }],
  ];
  for (const [one, two, event] of both) {
    t.throws(() => detectSource(event), {
      code: 'UNSUPPORTED_EVENT',
      status: 400,
      message: `The event has the marks of both ${one} and ${two}, so its source cannot be told.`,
    });
    t.equal(isHttpEvent(event), false, 'and isHttpEvent does not throw');
    t.notOk(HTTP_SOURCE_NAMES.some((source) => HTTP_SOURCES[source].matches(event)));
  }
});
