import type { TopologyOptions } from '../../infra/index.ts';
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
