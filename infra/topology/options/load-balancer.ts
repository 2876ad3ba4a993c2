import { IDLE_TIMEOUT_SECONDS, STICKINESS_SECONDS } from '../../../src/aws/quotas.ts';
import { ACM_CERTIFICATE, DOMAIN, HOSTED_ZONE, limitedCidr } from '../forms.ts';
import type { Table } from '../rows.ts';

export const LOAD_BALANCER = {
  alb: {
    kind: 'choice',
    values: ['internet-facing', 'internal'],
    side: 'routes',
    needs: [{ option: 'trustProxy', side: 'server' }],
    help: "Load balancer before the instances and the routes' function",
  },
  trustProxy: {
    kind: 'list',
    form: limitedCidr('would let anyone forge X-Forwarded-For'),
    side: 'server',
    needs: ['alb'],
    help: "IPv4 range of the load balancer's subnets, whose X-Forwarded-* count",
  },
  certificateArn: {
    kind: 'text',
    form: ACM_CERTIFICATE,
    regional: true,
    needs: ['alb'],
    help: 'ACM certificate: the load balancer serves HTTPS',
  },
  ec2Weight: {
    kind: 'whole',
    min: 0,
    max: 100,
    default: 100,
    side: 'sharedRoutes',
    needs: ['alb'],
    parameter: 'Ec2Weight',
    help: "Instances' share of the load balancer's traffic",
  },
  lambdaWeight: {
    kind: 'whole',
    min: 0,
    max: 100,
    default: 0,
    side: 'sharedRoutes',
    needs: ['alb'],
    parameter: 'LambdaWeight',
    help: "Lambda function's share of it",
  },
  stickiness: {
    kind: 'whole',
    ...STICKINESS_SECONDS,
    side: 'sharedRoutes',
    needs: ['alb'],
    help: 'Seconds that a client stays with one of the two sides',
  },
  idleTimeout: {
    kind: 'whole',
    ...IDLE_TIMEOUT_SECONDS,
    needs: ['alb'],
    absent: '60',
    help: 'Seconds that a connection may be idle, as while a route takes its time',
  },
  failover: {
    kind: 'choice',
    values: ['rule', 'dns'],
    meanings: { rule: 'all weight to Lambda', dns: 'to the HTTP API' },
    side: 'sharedRoutes',
    needs: [
      'alb',
      { when: 'dns', option: 'domainName' },
      { when: 'dns', option: 'certificateArn' },
      {
        when: 'dns',
        option: 'httpApi',
        value: 'open',
        why: 'the HTTP API takes over from the load balancer',
      },
      { when: 'dns', option: 'alb', value: 'internet-facing', why: 'the HTTP API is public' },
    ],
    help: 'What happens when no instance is healthy',
  },
  domainName: {
    kind: 'text',
    form: DOMAIN,
    needs: ['alb', 'hostedZoneId'],
    help: 'Name that leads to the load balancer',
  },
  hostedZoneId: {
    kind: 'text',
    form: HOSTED_ZONE,
    needs: ['domainName'],
    help: 'Route 53 zone of that name',
  },
} as const satisfies Table;
