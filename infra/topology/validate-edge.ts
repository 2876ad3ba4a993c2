import type { TopologyOptions } from './types.ts';

/** Gives what is wrong with a flag's text, or nothing. */
export type Check = (value: string) => string | undefined;

type Flags = Readonly<Record<string, unknown>>;

/** Days for which CloudWatch Logs can keep a log. */
export const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;
export type RetentionDays = (typeof RETENTION_DAYS)[number];

export function cidrProblem(value: string): string | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(value);
  const [a, b, c, d, bits] = (match ?? []).slice(1).map(Number);
  if (match === null || Math.max(a!, b!, c!, d!) > 255 || bits! > 32)
    return 'is not an IPv4 range such as 10.0.0.0/16';
  const address = ((a! << 24) | (b! << 16) | (c! << 8) | d!) >>> 0;
  return bits! < 32 && (address & (0xffffffff >>> bits!)) !== 0
    ? `has bits set beyond its /${bits}`
    : undefined;
}

const proxyProblem: Check = (value) =>
  value.endsWith('/0') ? 'would let anyone forge X-Forwarded-For' : cidrProblem(value);

const pattern =
  (expected: RegExp, problem: string): Check =>
  (value) =>
    expected.test(value) ? undefined : problem;

const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value) ? undefined : `is none of ${values.join(', ')}`;

const ACM = /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[A-Za-z0-9-]+$/;
// Only a whole ARN, random suffix included, can be granted without a wildcard.
const SECRET = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]{1,512}-[A-Za-z0-9]{6}$/;
const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Checks of the flags that concern the adapters to a service: load balancer, TLS, DNS, URLs of functions. */
export const EDGE_CHECKS: Readonly<Record<string, Check>> = {
  alb: oneOf('internet-facing', 'internal'),
  certificateArn: pattern(ACM, 'is not the ARN of an ACM certificate'),
  failover: oneOf('rule', 'dns'),
  domainName: pattern(DOMAIN, 'is not a lower-case domain name'),
  hostedZoneId: pattern(/^Z[A-Z0-9]{1,31}$/, 'is not the id of a Route 53 hosted zone'),
  tlsSecretArn: pattern(SECRET, 'is not the whole ARN of a Secrets Manager secret'),
  tlsSecretVersion: pattern(/^[A-Za-z0-9-]{32,64}$/, 'is not the id of a secret version'),
  functionUrl: oneOf('iam', 'open'),
  httpApi: oneOf('iam', 'open'),
};

/** Flag, least and most of the whole numbers; Elastic Load Balancing's own limits, weights as percentages. */
export const EDGE_NUMBERS = {
  ec2Weight: [0, 100],
  lambdaWeight: [0, 100],
  stickiness: [1, 604_800],
} as const;

/** Flags that need no value. */
const SWITCHES = ['stream', 'logs', 'shutdownExtension'] as const;

/** A flag and those without which it has no meaning. */
const NEEDS: readonly (readonly [keyof TopologyOptions, ...(keyof TopologyOptions)[]])[] = [
  ['alb', 'trustProxy'],
  ['certificateArn', 'alb'],
  ['trustProxy', 'alb'],
  ['ec2Weight', 'alb'],
  ['lambdaWeight', 'alb'],
  ['stickiness', 'alb'],
  ['failover', 'alb'],
  ['domainName', 'alb', 'hostedZoneId'],
  ['hostedZoneId', 'domainName'],
  ['tlsSecretVersion', 'tlsSecretArn'],
  ['stream', 'functionUrl'],
];

/** Every problem with the flags of the adapters, apart from those that {@link EDGE_CHECKS} finds. */
export function edgeProblems(flags: Flags): string[] {
  const given = (flag: string) => flags[flag] !== undefined && flags[flag] !== false;
  const problems: string[] = [];
  for (const flag of SWITCHES) {
    const value = flags[flag];
    if (Array.isArray(value)) problems.push(`--${flag} is given ${value.length} times`);
    else if (value !== undefined && typeof value !== 'boolean') problems.push(`--${flag} takes no value`);
  }
  problems.push(...proxyProblems(flags.trustProxy));
  for (const [flag, ...needed] of NEEDS) {
    for (const other of needed) if (given(flag) && !given(other)) problems.push(`--${flag} needs --${other}`);
  }
  return [...problems, ...weightProblems(flags), ...combinationProblems(flags, given)];
}

function proxyProblems(value: unknown): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length === 0) return ['--trustProxy needs a value'];
  return value.flatMap((entry) => {
    const problem = typeof entry === 'string' ? proxyProblem(entry) : 'is not a text';
    return problem === undefined ? [] : [`--trustProxy ${JSON.stringify(entry)} ${problem}`];
  });
}

function weightProblems({ alb, ec2Weight = 100, lambdaWeight = 0, failover }: Flags): string[] {
  if (alb === undefined) return [];
  if (ec2Weight === 0 && lambdaWeight === 0)
    return ['--ec2Weight and --lambdaWeight are both 0: nothing would take the traffic'];
  return failover !== undefined && ec2Weight === 0
    ? ['--failover needs an --ec2Weight above 0: it leads away from the instances']
    : [];
}

function combinationProblems(flags: Flags, given: (flag: string) => boolean): string[] {
  const problems: string[] = [];
  if (flags.failover === 'dns') {
    for (const other of ['domainName', 'certificateArn'])
      if (!given(other)) problems.push(`--failover dns needs --${other}`);
    if (flags.httpApi !== 'open')
      problems.push('--failover dns needs --httpApi open: the HTTP API takes over from the load balancer');
    if (flags.alb === 'internal')
      problems.push('--failover dns needs --alb internet-facing: the HTTP API is public');
  }
  // A streaming function frames every HTTP answer as only a function URL reads it.
  for (const other of ['alb', 'httpApi'])
    if (given('stream') && given(other)) problems.push(`--stream cannot go with --${other}`);
  return problems;
}
