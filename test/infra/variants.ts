import type { TopologyOptions } from '../../infra/index.ts';
import {
  cloudWatchLogs,
  codeCommit,
  eventBridge,
  s3,
  schedule,
  ses,
  sns,
  sqs,
} from '../../src/adapters/lambda/sources/events/index.ts';
import { optionsOf } from './placed.ts';
import { FULL, SAMPLE } from './sample.ts';

const EVENTS_ONLY: TopologyOptions = {
  ...SAMPLE,
  service: { name: 'x', version: '1', functions: ['only'], hasRoutes: false },
};

/** Behind a load balancer, without TLS. */
export const BALANCED: TopologyOptions = {
  ...SAMPLE,
  alb: 'internet-facing',
  trustProxy: ['10.0.0.0/16', '10.1.0.0/16'],
  appCidr: '0.0.0.0/0',
};

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef';

/** HTTPS at the load balancer and behind it, shared traffic, failover by the rule. */
export const SHIFTED: TopologyOptions = {
  ...BALANCED,
  alb: 'internal',
  certificateArn: CERTIFICATE,
  ec2Weight: 90,
  lambdaWeight: 10,
  stickiness: 300,
  failover: 'rule',
  domainName: 'api.example.com',
  hostedZoneId: 'Z0123456789ABCDEFGHIJ',
  tlsSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:omega/tls-AbCdEf',
};

/** Failover by Route 53 to the HTTP API. */
export const BY_DNS: TopologyOptions = {
  ...BALANCED,
  certificateArn: CERTIFICATE,
  failover: 'dns',
  httpApi: 'open',
  domainName: 'api.example.com',
  hostedZoneId: 'Z0123456789ABCDEFGHIJ',
};

/** Instances that serve HTTPS themselves and forward their logs. */
export const SECURE: TopologyOptions = {
  ...SAMPLE,
  tlsSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:omega/tls-AbCdEf',
  tlsSecretVersion: '01234567-89ab-cdef-0123-456789abcdef',
  logs: true,
};

/** A streaming function URL for callers who sign. */
export const STREAMED: TopologyOptions = {
  ...SAMPLE,
  functionUrl: 'iam',
  stream: true,
  shutdownExtension: true,
};

/** Every shape that a template can take. */
export const VARIANTS: Readonly<Record<string, TopologyOptions>> = {
  least: SAMPLE,
  full: FULL,
  'events-only': EVENTS_ONLY,
  balanced: BALANCED,
  shifted: SHIFTED,
  'by-dns': BY_DNS,
  secure: SECURE,
  streamed: STREAMED,
  open: { ...SAMPLE, functionUrl: 'open', httpApi: 'iam' },
};

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;

/** Every kind of event that can reach instances, and functions that call each other across. */
const FED = optionsOf(
  {
    created: { source: s3({ bucket: { create: true }, suffix: '.csv' }) },
    existing: { source: s3({ bucket: 'uploads' }) },
    unwired: { source: s3() },
    topic: { source: sns({ topic: arn('sns', 'orders'), filter: { kind: ['order'] } }) },
    polled: { source: sqs({ queue: arn('sqs', 'orders'), kmsKey: arn('kms', 'key/0b1c2d3e') }) },
    shared: { source: sqs({ queue: { parameter: 'QueueArn' } }), runOn: 'both' },
    bus: { source: eventBridge({ pattern: { source: ['orders'] }, bus: 'shop' }) },
    hourly: { source: schedule({ expression: 'rate(1 hour)', input: { a: 1 } }) },
    commits: { source: codeCommit({ repository: arn('codecommit', 'website') }) },
    logged: { source: cloudWatchLogs({ logGroup: '/orders/web' }) },
    mail: { source: ses({ ruleSet: 'inbound' }) },
    render: {
      invokes: ['resize'],
      permissions: [
        { actions: ['s3:PutObject'], resources: [{ 'Fn::GetAtt': ['CreatedTriggerBucket', 'Arn'] }] },
      ],
    },
    resize: { runOn: 'lambda', invokes: ['render', 'resize'] },
    anywhere: { runOn: 'both' },
  },
  { 'POST /images': { invokes: ['render', 'anywhere'] }, 'GET /': {} },
);

const MACHINES = optionsOf({ work: {} }, { 'GET /': { runOn: 'instances' } });
const FUNCTIONS = optionsOf({ work: { runOn: 'lambda' } }, { 'GET /': { runOn: 'lambda' } });
const ALB = { alb: 'internal', trustProxy: ['10.0.0.0/16'], appCidr: '10.0.0.0/8' } as const;

/** Every placement that changes the shape of a template. */
export const PLACED: Readonly<Record<string, TopologyOptions>> = {
  fed: { ...FED, secrets: { DB: `${arn('secretsmanager', 'secret:shop/db')}-AbCdEf`, TOKEN: '/shop/token' } },
  'fed-balanced': { ...FED, ...ALB, logs: true },
  'workers-only': optionsOf({ work: {} }),
  'lambda-only': FUNCTIONS,
  'lambda-only-balanced': { ...FUNCTIONS, alb: 'internet-facing', appCidr: '0.0.0.0/0' },
  'routes-apart': {
    ...optionsOf(
      {},
      {
        'GET /': {},
        'GET /users/:id': { runOn: 'lambda' },
        'POST /users/:id': { runOn: 'instances' },
        'GET /users/:id/orders': { runOn: 'instances' },
        'GET /files/*': { runOn: 'instances' },
        'GET /reports/a': { runOn: 'instances' },
        'GET /reports/b': { runOn: 'instances' },
      },
    ),
    ...ALB,
    stickiness: 60,
  },
  'routes-on-two-sides': {
    ...optionsOf({}, { 'GET /a': { runOn: 'lambda' }, 'GET /b': { runOn: 'instances' } }),
    ...ALB,
  },
  'fit-for-work': {
    ...FED,
    ...ALB,
    ...{ bodyLimit: 2 ** 30, drainTimeout: 900, requestTimeout: 600, idleTimeout: 600, volumeSize: 40 },
    processes: 'auto',
    ...{ instanceType: 'c7i.large', minSize: 2, maxSize: 9, scaleOnCpu: 60, scaleOnRequests: 1000 },
    ...{ ssm: true, instancePolicies: ['arn:aws:iam::123456789012:policy/reports'] },
    ...{ workerConcurrency: 4, workerTimeout: 3600, workerRetryDelay: 5 },
    ...{ lambdaSubnetIds: ['subnet-01234567'], lambdaSecurityGroupIds: ['sg-01234567'] },
  },
  'workers-from-zero': {
    ...optionsOf({
      render: {},
      polled: { source: sqs({ queue: arn('sqs', 'orders') }) },
      named: { source: sqs({ queue: { parameter: 'QueueArn' } }) },
    }),
    ...{ minSize: 0, maxSize: 1, scaleOnBacklog: 10 },
  },
  'instances-only': MACHINES,
  'instances-only-balanced': { ...MACHINES, ...ALB },
};
