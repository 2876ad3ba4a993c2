import { DEFAULT_PORT } from '../../src/adapters/supervisor/index.ts';
import { READINESS_PATH } from '../../src/core/index.ts';
import { ProvisionError } from './errors.ts';
import { slugOf } from './names.ts';
import type { Topology, TopologyOptions } from './types.ts';
import {
  type Check,
  cidrProblem,
  EDGE_CHECKS,
  EDGE_NUMBERS,
  edgeProblems,
  RETENTION_DAYS,
  type RetentionDays,
} from './validate-edge.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function bucketProblem(value: string): string | undefined {
  if (value.length < 3 || value.length > 63) return `has ${value.length} characters, not 3 to 63`;
  if (!/^[a-z0-9.-]+$/.test(value)) return 'may only hold lower-case letters, digits, dots and hyphens';
  if (!/^[a-z0-9].*[a-z0-9]$/.test(value)) return 'must start and end with a letter or digit';
  if (value.includes('..')) return 'may not hold two dots side by side';
  if (/^\d+\.\d+\.\d+\.\d+$/.test(value)) return 'may not look like an IP address';
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(value)) return 'starts with a prefix that S3 reserves';
  if (/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(value))
    return 'ends with a suffix that S3 reserves';
  return undefined;
}

function keyProblem(value: string): string | undefined {
  if (value.length > 1024) return `has ${value.length} characters; S3 allows 1024`;
  // These need no escaping in a URL, so every signer agrees on them; they also suit IAM, which knows * and ?.
  if (!/^[A-Za-z0-9._~/-]+$/.test(value)) return 'may only hold letters, digits and - . _ ~ /';
  if (value.startsWith('/') || value.endsWith('/')) return 'may neither start nor end with a slash';
  if (value.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    return 'may not hold an empty, . or .. segment';
  }
  return undefined;
}

function keyPairProblem(value: string): string | undefined {
  if (value.length > 255) return `has ${value.length} characters; EC2 allows 255`;
  if (!/^[\x20-\x7e]+$/.test(value)) return 'may only hold printable ASCII characters';
  return value.trim() === value ? undefined : 'may neither start nor end with white space';
}

function sshCidrProblem(value: string): string | undefined {
  return value.endsWith('/0') ? 'would open SSH to the whole internet' : cidrProblem(value);
}

const sha256Problem: Check = (value) =>
  /^[0-9a-f]{64}$/.test(value) ? undefined : 'is not 64 lower-case hex digits';

const pathProblem: Check = (value) =>
  /^\/[\w.~/%?=&-]*$/.test(value) ? undefined : 'is not a plain URL path that starts with /';

const REQUIRED = ['s3Bucket', 's3Key'] as const;

const CHECKS: Readonly<Record<string, Check>> = {
  s3Bucket: bucketProblem,
  s3Key: keyProblem,
  key: keyPairProblem,
  sshCidr: sshCidrProblem,
  appCidr: cidrProblem,
  sha256: sha256Problem,
  readinessPath: pathProblem,
  ...EDGE_CHECKS,
};

/** Flag, least and most of the whole numbers. */
const NUMBERS = {
  port: [1024, 65535],
  memorySize: [128, 10240],
  timeout: [1, 900],
  ...EDGE_NUMBERS,
} as const;

/**
 * Every problem with the flags of `app provision`, each as one line that names the flag; none is `[]`.
 * Pure: looks at nothing but its argument.
 */
export function provisionProblems(flags: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  for (const flag of REQUIRED) {
    if (flags[flag] === undefined) problems.push(`--${flag} is missing`);
  }
  for (const [flag, check] of Object.entries(CHECKS))
    problems.push(...textProblems(flag, flags[flag], check));
  for (const [flag, [min, max]] of Object.entries(NUMBERS)) {
    const value = flags[flag];
    if (value !== undefined && !(Number.isInteger(value) && Number(value) >= min && Number(value) <= max)) {
      problems.push(`--${flag} ${JSON.stringify(value)} is not a whole number from ${min} to ${max}`);
    }
  }
  const days = flags.logRetentionDays;
  if (days !== undefined && !RETENTION_DAYS.includes(days as RetentionDays)) {
    problems.push(`--logRetentionDays ${JSON.stringify(days)} is none of ${RETENTION_DAYS.join(', ')}`);
  }
  if (flags.sshCidr !== undefined && flags.key === undefined) problems.push('--sshCidr needs --key');
  return [...problems, ...edgeProblems(flags)];
}

function textProblems(flag: string, value: unknown, check: Check): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return [`--${flag} is given ${value.length} times`];
  if (typeof value !== 'string' || value === '') return [`--${flag} needs a value`];
  const problem = check(value);
  return problem === undefined ? [] : [`--${flag} ${JSON.stringify(value)} ${problem}`];
}

/** Variables that Lambda sets itself and refuses in a template, or that would break the runtime. */
const RESERVED = /^(AWS_|LAMBDA_)/;

/** Bytes that Lambda allows for all variables of a function together. */
const ENVIRONMENT_LIMIT = 4096;

function environmentProblems(environment: Readonly<Record<string, string>>): string[] {
  const problems: string[] = [];
  for (const name of Object.keys(environment)) {
    if (!/^[A-Za-z]\w+$/.test(name)) {
      problems.push(
        `environment variable ${JSON.stringify(name)}: AWS Lambda takes a letter, then letters, digits or _`,
      );
    } else if (RESERVED.test(name)) problems.push(`environment variable ${name} is reserved by AWS Lambda`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(environment));
  if (bytes > ENVIRONMENT_LIMIT) {
    problems.push(`the environment has ${bytes} bytes; AWS Lambda allows ${ENVIRONMENT_LIMIT}`);
  }
  return problems;
}

function serviceProblems(options: TopologyOptions): string[] {
  const { service, environment = {}, alb, functionUrl, httpApi } = options;
  const problems = environmentProblems(environment);
  if (slugOf(service.name) === '') {
    problems.push(`service name ${JSON.stringify(service.name)} has no ASCII letter or digit`);
  }
  if (!service.hasRoutes && service.functions.length === 0) {
    problems.push('the service has neither routes nor functions');
  }
  for (const [flag, value] of Object.entries({ alb, functionUrl, httpApi })) {
    if (value !== undefined && !service.hasRoutes)
      problems.push(`--${flag} serves routes, and the service has none`);
  }
  for (const name of service.functions) {
    if (!/^\S{1,128}$/.test(name))
      problems.push(`function ${JSON.stringify(name)} is no Handler for AWS Lambda`);
  }
  return problems;
}

/** Options with defaults and derived names. @throws ProvisionError with every problem found */
export function checkedTopology(options: TopologyOptions): Topology {
  const problems = [...provisionProblems({ ...options }), ...serviceProblems(options)];
  if (problems.length > 0) throw new ProvisionError(...problems);
  const slug = slugOf(options.service.name);
  return {
    ...options,
    port: options.port ?? DEFAULT_PORT,
    readinessPath: options.readinessPath ?? READINESS_PATH,
    memorySize: options.memorySize ?? 512,
    timeout: options.timeout ?? 30,
    logRetentionDays: (options.logRetentionDays ?? 30) as RetentionDays,
    environment: options.environment ?? {},
    ec2Weight: options.ec2Weight ?? 100,
    lambdaWeight: options.lambdaWeight ?? 0,
    slug,
    // The prefix keeps a service called `root` or `www-data` apart from the system's accounts.
    account: `svc-${slug}`,
  };
}
