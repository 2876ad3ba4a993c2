import type { TypeActions } from './type-actions.ts';

const FUNCTION = { service: 'lambda', arn: 'lambda:REGION:*:function:NAME', longest: 64 } as const;
const ROLE = { service: 'iam', arn: 'iam::*:role/NAME', longest: 64, named: 'RoleName' } as const;
const RULES = [
  ...['AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupIngress'],
  ...['RevokeSecurityGroupEgress', 'DescribeSecurityGroups', 'DescribeSecurityGroupRules'],
] as const;

/** Functions, roles, instances and their groups. */
export const COMPUTE_ACTIONS: Readonly<Record<string, TypeActions>> = {
  'AWS::Lambda::Function': {
    ...{ ...FUNCTION, named: 'FunctionName' },
    actions: [
      ...[
        'CreateFunction',
        'DeleteFunction',
        'GetFunction',
        'GetFunctionConfiguration',
        'UpdateFunctionCode',
      ],
      ...[
        'UpdateFunctionConfiguration',
        'PutFunctionConcurrency',
        'DeleteFunctionConcurrency',
        'TagResource',
      ],
      ...['UntagResource', 'ListTags', 'GetFunctionCodeSigningConfig', 'GetRuntimeManagementConfig'],
      'GetFunctionRecursionConfig',
    ],
  },
  'AWS::Lambda::Permission': { ...FUNCTION, actions: ['AddPermission', 'RemovePermission', 'GetPolicy'] },
  'AWS::Lambda::Url': {
    ...FUNCTION,
    actions: [
      ...['CreateFunctionUrlConfig', 'GetFunctionUrlConfig', 'UpdateFunctionUrlConfig'],
      'DeleteFunctionUrlConfig',
    ],
  },
  'AWS::Lambda::EventInvokeConfig': {
    ...FUNCTION,
    actions: [
      ...['PutFunctionEventInvokeConfig', 'UpdateFunctionEventInvokeConfig', 'GetFunctionEventInvokeConfig'],
      'DeleteFunctionEventInvokeConfig',
    ],
  },
  'AWS::Lambda::Version': {
    ...FUNCTION,
    actions: ['PublishVersion', 'GetFunction', 'GetFunctionConfiguration', 'DeleteFunction'],
  },
  'AWS::Lambda::Alias': {
    ...FUNCTION,
    actions: [
      ...['CreateAlias', 'UpdateAlias', 'DeleteAlias', 'GetAlias', 'PutProvisionedConcurrencyConfig'],
      ...['GetProvisionedConcurrencyConfig', 'DeleteProvisionedConcurrencyConfig'],
    ],
  },
  'AWS::Lambda::EventSourceMapping': {
    service: 'lambda',
    actions: [
      ...['CreateEventSourceMapping', 'GetEventSourceMapping', 'UpdateEventSourceMapping'],
      ...['DeleteEventSourceMapping', 'ListEventSourceMappings'],
    ],
  },
  'AWS::IAM::Role': {
    ...ROLE,
    actions: [
      ...[
        'CreateRole',
        'DeleteRole',
        'GetRole',
        'UpdateRole',
        'UpdateRoleDescription',
        'UpdateAssumeRolePolicy',
      ],
      ...['PutRolePolicy', 'DeleteRolePolicy', 'GetRolePolicy', 'ListRolePolicies', 'AttachRolePolicy'],
      ...['DetachRolePolicy', 'ListAttachedRolePolicies', 'TagRole', 'UntagRole', 'ListRoleTags'],
    ],
  },
  'AWS::IAM::Policy': { ...ROLE, actions: ['PutRolePolicy', 'DeleteRolePolicy', 'GetRolePolicy'] },
  'AWS::IAM::InstanceProfile': {
    ...{ service: 'iam', arn: 'iam::*:instance-profile/NAME', longest: 128, named: 'InstanceProfileName' },
    actions: [
      ...['CreateInstanceProfile', 'DeleteInstanceProfile', 'GetInstanceProfile'],
      ...['AddRoleToInstanceProfile', 'RemoveRoleFromInstanceProfile'],
    ],
  },
  'AWS::EC2::SecurityGroup': {
    service: 'ec2',
    actions: [
      ...[
        'CreateSecurityGroup',
        'DeleteSecurityGroup',
        'DescribeVpcs',
        'CreateTags',
        'DeleteTags',
        'DescribeTags',
      ],
      ...RULES,
    ],
  },
  'AWS::EC2::SecurityGroupIngress': { service: 'ec2', actions: RULES },
  'AWS::EC2::LaunchTemplate': {
    service: 'ec2',
    actions: [
      ...[
        'CreateLaunchTemplate',
        'CreateLaunchTemplateVersion',
        'DeleteLaunchTemplate',
        'ModifyLaunchTemplate',
      ],
      ...['DescribeLaunchTemplates', 'DescribeLaunchTemplateVersions', 'GetLaunchTemplateData'],
      // Auto Scaling looks whether who makes the group could start its instances.
      ...['RunInstances', 'CreateTags', 'DescribeImages', 'DescribeSubnets', 'DescribeSecurityGroups'],
    ],
  },
  'AWS::AutoScaling::AutoScalingGroup': {
    service: 'autoscaling',
    ...{ arn: 'autoscaling:REGION:*:autoScalingGroup:*:autoScalingGroupName/NAME', longest: 255 },
    named: 'AutoScalingGroupName',
    actions: [
      ...['CreateAutoScalingGroup', 'UpdateAutoScalingGroup', 'DeleteAutoScalingGroup', 'CreateOrUpdateTags'],
      ...['DeleteTags', 'SuspendProcesses', 'ResumeProcesses', 'TerminateInstanceInAutoScalingGroup'],
      ...['SetDesiredCapacity', 'AttachLoadBalancerTargetGroups', 'DetachLoadBalancerTargetGroups'],
      ...[
        'AttachTrafficSources',
        'DetachTrafficSources',
        'EnableMetricsCollection',
        'DisableMetricsCollection',
      ],
    ],
    free: [
      ...['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeScalingActivities'],
      ...['autoscaling:DescribeAutoScalingInstances', 'autoscaling:DescribeTrafficSources'],
      'autoscaling:DescribeLoadBalancerTargetGroups',
    ],
  },
  'AWS::AutoScaling::LifecycleHook': {
    service: 'autoscaling',
    actions: ['PutLifecycleHook', 'DeleteLifecycleHook', 'DescribeLifecycleHooks'],
  },
  'AWS::AutoScaling::ScalingPolicy': {
    service: 'autoscaling',
    actions: ['PutScalingPolicy', 'DeletePolicy', 'DescribePolicies'],
  },
};
