import type { S3Trigger } from '../../src/adapters/lambda/sources/events/shared/triggers.ts';
import { type Argument, ref, resource, select, split } from '../intrinsics.ts';
import { slugOf } from '../topology/names.ts';
import type { TemplateGroup } from '../topology/types.ts';
import { ruleGroup } from './rules.ts';
import type { Emit, TriggerScope } from './trigger-scope.ts';

export const s3Trigger: Emit<S3Trigger> = (scope, trigger) => {
  const { bucket } = trigger;
  if (typeof bucket === 'object' && 'create' in bucket) return createdBucket(scope, trigger, bucket.name);
  const name =
    typeof bucket === 'string' ? bucket.replace(/^arn:[\w-]+:s3:::/, '') : scope.resolve('bucket', bucket);
  if (typeof name === 'string') checkName(scope, name);
  return existingBucket(scope, trigger, name);
};

function checkName(scope: TriggerScope, name: string): void {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
    throw scope.problem(`bucket: ${JSON.stringify(name)} is no name of a bucket`);
}

/** Characters of a generated bucket name that service and function may take, before a hyphen and a UUID. */
const NAME_ROOM = 26;

/**
 * The notification needs the permission, and the permission the bucket's ARN: a name that is known before the bucket
 * exists breaks the cycle. The UUID of the stack's id makes it unique without a region or an account in it.
 */
function createdBucket(scope: TriggerScope, trigger: S3Trigger, given: string | undefined): TemplateGroup {
  if (given !== undefined) checkName(scope, given);
  const prefix = slugOf(`${scope.serviceName}-${scope.handler}`).slice(0, NAME_ROOM).replace(/-+$/, '');
  const unique = select(2, split('/', ref('AWS::StackId')));
  const name: Argument = given ?? { 'Fn::Join': ['-', [prefix, unique]] };
  const arn: Argument = { 'Fn::Join': ['', ['arn:', ref('AWS::Partition'), ':s3:::', name]] };
  const bucket = scope.logicalName('Bucket');
  const { dependsOn, Resources } = scope.admit('s3.amazonaws.com', { arn, sameAccount: true });
  return {
    Resources: {
      ...Resources,
      [bucket]: resource('AWS::S3::Bucket', bucketProperties(scope, trigger, name), {
        DependsOn: dependsOn,
        // A bucket with objects cannot be deleted, and what was uploaded must not go with the stack. But one that a
        // failed creation leaves behind would take the name from the next.
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      }),
    },
    Outputs: {
      [`${bucket}Name`]: { Description: `Bucket whose events call ${scope.handler}`, Value: ref(bucket) },
    },
  };
}

function bucketProperties(scope: TriggerScope, { events, prefix, suffix }: S3Trigger, name: Argument) {
  const rules = [
    ...(prefix === undefined ? [] : [{ Name: 'prefix', Value: prefix }]),
    ...(suffix === undefined ? [] : [{ Name: 'suffix', Value: suffix }]),
  ];
  const filter = rules.length === 0 ? {} : { Filter: { S3Key: { Rules: rules } } };
  return {
    BucketName: name,
    NotificationConfiguration:
      scope.kind === 'queue'
        ? { QueueConfigurations: events.map((Event) => ({ Event, Queue: scope.targetArn, ...filter })) }
        : { LambdaConfigurations: events.map((Event) => ({ Event, Function: scope.targetArn, ...filter })) },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } },
      ],
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  };
}

/** A family of S3's event types as EventBridge reports it. */
interface Family {
  readonly detailType: string;
  /** What all events of the family have in `detail`. */
  readonly detail?: object;
  /** The field of `detail` that distinguishes its kinds, and its values. */
  readonly field: string;
  readonly kinds: Readonly<Record<string, string>>;
}

const DELETED = {
  detailType: 'Object Deleted',
  field: 'deletion-type',
  kinds: { Delete: 'Permanently Deleted', DeleteMarkerCreated: 'Delete Marker Created' },
};

const FAMILIES: Readonly<Record<string, Family>> = {
  ObjectCreated: {
    detailType: 'Object Created',
    field: 'reason',
    kinds: {
      Put: 'PutObject',
      Post: 'POST Object',
      Copy: 'CopyObject',
      CompleteMultipartUpload: 'CompleteMultipartUpload',
    },
  },
  ObjectRemoved: { ...DELETED, detail: { reason: ['DeleteObject'] } },
  LifecycleExpiration: { ...DELETED, detail: { reason: ['Lifecycle Expiration'] } },
};

/** The bucket must have EventBridge turned on; CloudFormation can only do that for a bucket that it creates. */
function existingBucket(
  scope: TriggerScope,
  { events, prefix, suffix }: S3Trigger,
  bucket: Argument,
): TemplateGroup {
  const key = keyPattern(prefix, suffix);
  const detail = { bucket: { name: [bucket] }, ...(key && { object: { key: [key] } }) };
  const groups = [...kindsByFamily(scope, events)].map(([family, kinds]) =>
    ruleGroup(scope, family, { pattern: patternOf(FAMILIES[family]!, kinds, detail) }),
  );
  return { Resources: Object.assign({}, ...groups.map(({ Resources }) => Resources)) };
}

function kindsByFamily(scope: TriggerScope, events: readonly string[]): Map<string, Set<string>> {
  const wanted = new Map<string, Set<string>>();
  for (const event of events) {
    const [, family = '', kind = '*'] = event.split(':');
    const known =
      Object.hasOwn(FAMILIES, family) && (kind === '*' || Object.hasOwn(FAMILIES[family]!.kinds, kind));
    if (!known) {
      const families = Object.keys(FAMILIES).map((name) => `s3:${name}:*`);
      throw scope.problem(
        `events: ${event} is not available from an existing bucket; use ${families.join(', ')}`,
      );
    }
    wanted.set(family, (wanted.get(family) ?? new Set()).add(kind));
  }
  return wanted;
}

function patternOf({ detailType, detail, field, kinds }: Family, wanted: Set<string>, more: object): object {
  const narrowed = wanted.has('*') ? {} : { [field]: [...wanted].map((kind) => kinds[kind]) };
  return {
    source: ['aws.s3'],
    'detail-type': [detailType],
    detail: { ...more, ...detail, ...narrowed },
  };
}

/** A prefix and a suffix side by side would be alternatives; only a wildcard asks for both. */
function keyPattern(prefix: string | undefined, suffix: string | undefined): object | undefined {
  if (prefix && suffix) return { wildcard: `${literal(prefix)}*${literal(suffix)}` };
  if (prefix) return { prefix };
  return suffix ? { suffix } : undefined;
}

function literal(text: string): string {
  return text.replace(/[\\*]/g, '\\$&');
}
