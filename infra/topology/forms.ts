/** Forms that the texts of options have. */
import { KEY_PAIR_NAME_LENGTH, S3_KEY_LENGTH } from '../../src/aws/quotas.ts';
import { ipv4CidrProblem } from './ipv4.ts';

/** What a text must look like. */
export interface TextForm {
  /** For the docs, e.g. `IPv4 range`. */
  readonly name: string;
  /** What is wrong with a text, to be read after it; `undefined` for nothing. */
  readonly problem: (text: string) => string | undefined;
}

const matching = (name: string, expected: RegExp, problem: string): TextForm => ({
  name,
  problem: (text) => (expected.test(text) ? undefined : problem),
});

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const BUCKET: TextForm = { name: 'name', problem: bucketProblem };

function bucketProblem(text: string): string | undefined {
  if (text.length < 3 || text.length > 63) return `has ${text.length} characters, not 3 to 63`;
  if (!/^[a-z0-9.-]+$/.test(text)) return 'may only hold lower-case letters, digits, dots and hyphens';
  if (!/^[a-z0-9].*[a-z0-9]$/.test(text)) return 'must start and end with a letter or digit';
  if (text.includes('..')) return 'may not hold two dots side by side';
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return 'may not look like an IP address';
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(text)) return 'starts with a prefix that S3 reserves';
  if (/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(text)) return 'ends with a suffix that S3 reserves';
  return undefined;
}

export const S3_KEY: TextForm = { name: 'key', problem: keyProblem };

function keyProblem(text: string): string | undefined {
  if (text.length > S3_KEY_LENGTH) return `has ${text.length} characters; S3 allows ${S3_KEY_LENGTH}`;
  // These need no escaping in a URL, so every signer agrees on them; they also suit IAM, which knows * and ?.
  if (!/^[A-Za-z0-9._~/-]+$/.test(text)) return 'may only hold letters, digits and - . _ ~ /';
  if (text.startsWith('/') || text.endsWith('/')) return 'may neither start nor end with a slash';
  if (text.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    return 'may not hold an empty, . or .. segment';
  }
  return undefined;
}

/** As `app httpServer --processes` takes it. */
export const PROCESSES: TextForm = matching(
  'auto or 1 to 256',
  /^(auto|[1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-6])$/,
  'is neither auto nor a whole number from 1 to 256',
);

export const KEY_PAIR: TextForm = { name: 'name', problem: keyPairProblem };

function keyPairProblem(text: string): string | undefined {
  if (text.length > KEY_PAIR_NAME_LENGTH) {
    return `has ${text.length} characters; EC2 allows ${KEY_PAIR_NAME_LENGTH}`;
  }
  if (!/^[\x20-\x7e]+$/.test(text)) return 'may only hold printable ASCII characters';
  return text.trim() === text ? undefined : 'may neither start nor end with white space';
}

/** An IPv4 range: all that a rule of a security group and a subnet can have here. */
export const CIDR: TextForm = { name: 'IPv4 range', problem: ipv4CidrProblem };

/** An IPv4 range, but not of all addresses. @param harm what that would do */
export const limitedCidr = (harm: string): TextForm => ({
  name: CIDR.name,
  problem: (text) => (text.endsWith('/0') ? harm : ipv4CidrProblem(text)),
});

export const TOPIC = matching(
  'ARN',
  /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
  'is not the ARN of an SNS topic',
);

export const DESTINATION = matching(
  'ARN',
  /^arn:aws[a-z-]*:(sqs|sns|lambda|events):[a-z0-9-]+:\d{12}:\S+$/,
  'is not the ARN of a queue, topic, function or event bus',
);

export const SHA256 = matching('hex', /^[0-9a-f]{64}$/, 'is not 64 lower-case hex digits');

export const URL_PATH = matching('path', /^\/[\w.~/%?=&-]*$/, 'is not a plain URL path that starts with /');

export const ACM_CERTIFICATE = matching(
  'ARN',
  /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[A-Za-z0-9-]+$/,
  'is not the ARN of an ACM certificate',
);

/** Only a whole ARN, random suffix included, can be granted without a wildcard. */
export const SECRET = matching(
  'ARN',
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]{1,512}-[A-Za-z0-9]{6}$/,
  'is not the whole ARN of a Secrets Manager secret',
);

export const SECRET_VERSION = matching('id', /^[A-Za-z0-9-]{32,64}$/, 'is not the id of a secret version');

export const DOMAIN = matching(
  'name',
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  'is not a lower-case domain name',
);

export const HOSTED_ZONE = matching('id', /^Z[A-Z0-9]{1,31}$/, 'is not the id of a Route 53 hosted zone');

export const INSTANCE_TYPE: TextForm = { name: 'type', problem: instanceTypeProblem };

function instanceTypeProblem(text: string): string | undefined {
  if (!/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(text)) return 'is no instance type such as t3.small';
  // The letters after the generation tell the processor: g is Graviton.
  return /^([a-z]+\d+[a-z]*g[a-z]*|a1)\./.test(text)
    ? 'is of ARM processors, and the executable is for x86_64'
    : undefined;
}

export const MANAGED_POLICY = matching(
  'ARN',
  /^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]{1,512}$/,
  'is not the ARN of a managed policy',
);

export const SUBNET = matching('id', /^subnet-[0-9a-f]{8,17}$/, 'is not the id of a subnet');

export const SECURITY_GROUP_ID = matching('id', /^sg-[0-9a-f]{8,17}$/, 'is not the id of a security group');
