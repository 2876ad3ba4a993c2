import type { PolicyScope, Statement } from './types.ts';

/** What the commands call themselves, whoever makes the resources. */
export function commandStatements({ stack, slug, bucket, key, arn, roleArn }: PolicyScope): Statement[] {
  const objects = arn(`s3:::${bucket}/${slug}/*`);
  return [
    {
      Sid: 'Stack',
      Effect: 'Allow',
      Action: [
        ...['CreateChangeSet', 'DescribeChangeSet', 'ListChangeSets', 'ExecuteChangeSet', 'DeleteChangeSet'],
        ...['DescribeStackEvents', 'ListStackResources', 'GetTemplate', 'GetTemplateSummary', 'DeleteStack'],
        ...['SetStackPolicy', 'UpdateTerminationProtection', 'TagResource'],
      ].map((action) => `cloudformation:${action}`),
      Resource: [arn(`cloudformation:REGION:*:stack/${stack}/*`)],
    },
    {
      // Without a name, as app delete --artifacts asks for the service's other stacks; and what these need.
      Sid: 'Stacks',
      Effect: 'Allow',
      Action: ['cloudformation:DescribeStacks', 'cloudformation:ListStacks'],
      Resource: ['*'],
    },
    {
      Sid: 'OtherStages',
      Effect: 'Allow',
      Action: ['cloudformation:GetTemplate'],
      Resource: [arn(`cloudformation:REGION:*:stack/${slug}*/*`)],
    },
    { Sid: 'Bucket', Effect: 'Allow', Action: ['s3:ListBucket'], Resource: [arn(`s3:::${bucket}`)] },
    {
      Sid: 'Artifacts',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
      Resource: [objects],
    },
    ...(key === undefined ? [] : [allowed('Artifact', ['s3:GetObject'], [arn(`s3:::${bucket}/${key}`)])]),
    { Sid: 'Groups', Effect: 'Allow', Action: ['autoscaling:DescribeAutoScalingGroups'], Resource: ['*'] },
    {
      Sid: 'Logs',
      Effect: 'Allow',
      Action: ['logs:FilterLogEvents'],
      Resource: [arn(`logs:REGION:*:log-group:${stack}-*`)],
    },
    ...(roleArn === undefined
      ? []
      : [passRole('PassServiceRole', [roleArn], ['cloudformation.amazonaws.com'])]),
  ];
}

const allowed = (Sid: string, Action: string[], Resource: string[]): Statement => ({
  ...{ Sid, Effect: 'Allow', Action, Resource },
});

/** Leave to hand a role to services, and to no others. */
export const passRole = (Sid: string, Resource: string[], services: string[]): Statement => ({
  ...{ Sid, Effect: 'Allow', Action: ['iam:PassRole'], Resource },
  Condition: { StringEquals: { 'iam:PassedToService': services } },
});
