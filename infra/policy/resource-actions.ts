/**
 * What CloudFormation calls, in the name of who deploys, to make, read, change and delete each type of resource.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export interface TypeActions {
  /** Prefix of the service's actions. */
  readonly service: string;
  readonly actions: readonly string[];
  /**
   * The rest of the ARN behind the partition, with REGION, and NAME for the names of the stack's resources. Absent:
   * actions that know no resource, or names that nobody can foretell.
   */
  readonly arn?: string;
  /** Whole actions that know no resource. */
  readonly free?: readonly string[];
  /** Property that names the resource; what has no name gets one of stack, logical name and random letters. */
  readonly named?: string;
  /** Longest name; CloudFormation cuts longer ones, and their beginning with them. */
  readonly longest?: number;
}

const FUNCTION = { service: 'lambda', arn: 'lambda:REGION:*:function:NAME', longest: 64 } as const;
const QUEUE = { service: 'sqs', arn: 'sqs:REGION:*:NAME', longest: 80, named: 'QueueName' } as const;
const ROLE = { service: 'iam', arn: 'iam::*:role/NAME', longest: 64, named: 'RoleName' } as const;
const BALANCING = { service: 'elasticloadbalancing' } as const;
const TAGS = ['AddTags', 'RemoveTags', 'DescribeTags'] as const;
const API = {
  service: 'apigateway',
  actions: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TagResource', 'UntagResource'],
} as const;
const API_OF = { ...API, arn: 'apigateway:REGION::/apis*' } as const;
const API_DOMAIN = { ...API, arn: 'apigateway:REGION::/domainnames*' } as const;
const RULES = [
  ...['AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupIngress'],
  ...['RevokeSecurityGroupEgress', 'DescribeSecurityGroups', 'DescribeSecurityGroupRules'],
] as const;

export const RESOURCE_ACTIONS: Readonly<Record<string, TypeActions>> = {
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
  'AWS::CloudWatch::Alarm': {
    ...{ service: 'cloudwatch', arn: 'cloudwatch:REGION:*:alarm:NAME', longest: 255, named: 'AlarmName' },
    actions: ['PutMetricAlarm', 'DeleteAlarms', 'DescribeAlarms', 'ListTagsForResource', 'TagResource'],
  },
  'AWS::CloudWatch::Dashboard': {
    ...{ service: 'cloudwatch', arn: 'cloudwatch::*:dashboard/NAME', longest: 255, named: 'DashboardName' },
    actions: ['PutDashboard', 'GetDashboard', 'DeleteDashboards'],
  },
  'AWS::Logs::LogGroup': {
    ...{ service: 'logs', arn: 'logs:REGION:*:log-group:NAME', longest: 512, named: 'LogGroupName' },
    actions: [
      ...['CreateLogGroup', 'DeleteLogGroup', 'PutRetentionPolicy', 'DeleteRetentionPolicy', 'TagResource'],
      ...['UntagResource', 'ListTagsForResource'],
    ],
    free: ['logs:DescribeLogGroups'],
  },
  'AWS::Logs::SubscriptionFilter': {
    service: 'logs',
    actions: ['PutSubscriptionFilter', 'DeleteSubscriptionFilter', 'DescribeSubscriptionFilters'],
  },
  'AWS::SQS::Queue': {
    ...QUEUE,
    actions: [
      ...['CreateQueue', 'DeleteQueue', 'GetQueueAttributes', 'SetQueueAttributes', 'GetQueueUrl'],
      ...['TagQueue', 'UntagQueue', 'ListQueueTags'],
    ],
  },
  'AWS::SQS::QueuePolicy': { service: 'sqs', actions: ['GetQueueAttributes', 'SetQueueAttributes'] },
  'AWS::SNS::Topic': {
    ...{ service: 'sns', arn: 'sns:REGION:*:NAME', longest: 256, named: 'TopicName' },
    actions: [
      ...['CreateTopic', 'DeleteTopic', 'GetTopicAttributes', 'SetTopicAttributes', 'TagResource'],
      ...['ListTagsForResource', 'ListSubscriptionsByTopic'],
    ],
  },
  'AWS::SNS::Subscription': {
    service: 'sns',
    actions: ['Subscribe', 'Unsubscribe', 'GetSubscriptionAttributes', 'SetSubscriptionAttributes'],
  },
  'AWS::DynamoDB::Table': {
    ...{ service: 'dynamodb', arn: 'dynamodb:REGION:*:table/NAME', longest: 255, named: 'TableName' },
    actions: [
      ...[
        'CreateTable',
        'DeleteTable',
        'DescribeTable',
        'UpdateTable',
        'DescribeTimeToLive',
        'UpdateTimeToLive',
      ],
      ...['DescribeContinuousBackups', 'UpdateContinuousBackups', 'TagResource', 'UntagResource'],
      ...['ListTagsOfResource', 'DescribeContributorInsights', 'DescribeKinesisStreamingDestination'],
    ],
  },
  'AWS::S3::Bucket': {
    ...{ service: 's3', arn: 's3:::NAME', longest: 63, named: 'BucketName' },
    actions: [
      ...[
        'CreateBucket',
        'DeleteBucket',
        'GetBucketNotification',
        'PutBucketNotification',
        'PutBucketTagging',
      ],
      ...[
        'GetBucketTagging',
        'GetEncryptionConfiguration',
        'PutEncryptionConfiguration',
        'PutBucketVersioning',
      ],
      ...['GetBucketVersioning', 'PutBucketPublicAccessBlock', 'GetBucketPublicAccessBlock'],
      ...['PutLifecycleConfiguration', 'GetLifecycleConfiguration'],
    ],
  },
  'AWS::Events::Rule': {
    ...{ service: 'events', arn: 'events:REGION:*:rule/NAME', longest: 64, named: 'Name' },
    actions: [
      ...[
        'PutRule',
        'DeleteRule',
        'DescribeRule',
        'EnableRule',
        'DisableRule',
        'PutTargets',
        'RemoveTargets',
      ],
      ...['ListTargetsByRule', 'TagResource', 'UntagResource', 'ListTagsForResource'],
    ],
  },
  'AWS::SES::ReceiptRule': {
    service: 'ses',
    actions: ['CreateReceiptRule', 'UpdateReceiptRule', 'DeleteReceiptRule', 'DescribeReceiptRule'],
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    ...BALANCING,
    actions: [
      ...[
        'CreateLoadBalancer',
        'DeleteLoadBalancer',
        'DescribeLoadBalancers',
        'ModifyLoadBalancerAttributes',
      ],
      ...['DescribeLoadBalancerAttributes', 'SetSubnets', 'SetSecurityGroups', 'SetIpAddressType', ...TAGS],
    ],
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    ...BALANCING,
    actions: [
      ...['CreateTargetGroup', 'DeleteTargetGroup', 'DescribeTargetGroups', 'ModifyTargetGroup'],
      ...['ModifyTargetGroupAttributes', 'DescribeTargetGroupAttributes', 'RegisterTargets'],
      ...['DeregisterTargets', 'DescribeTargetHealth', ...TAGS],
    ],
  },
  'AWS::ElasticLoadBalancingV2::Listener': {
    ...BALANCING,
    actions: [
      ...['CreateListener', 'DeleteListener', 'ModifyListener', 'DescribeListeners'],
      ...['ModifyListenerAttributes', 'DescribeListenerAttributes', ...TAGS],
    ],
  },
  'AWS::ElasticLoadBalancingV2::ListenerRule': {
    ...BALANCING,
    actions: ['CreateRule', 'DeleteRule', 'ModifyRule', 'SetRulePriorities', 'DescribeRules', ...TAGS],
  },
  'AWS::Route53::RecordSet': {
    ...{ service: 'route53', arn: 'route53:::hostedzone/NAME', named: 'HostedZoneId' },
    actions: ['ChangeResourceRecordSets', 'ListResourceRecordSets', 'GetHostedZone'],
  },
  'AWS::Route53::HealthCheck': {
    service: 'route53',
    actions: [
      ...['CreateHealthCheck', 'UpdateHealthCheck', 'DeleteHealthCheck', 'GetHealthCheck'],
      ...['ChangeTagsForResource', 'ListTagsForResource', 'GetChange'],
    ],
  },
  'AWS::ApiGatewayV2::Api': API_OF,
  'AWS::ApiGatewayV2::Integration': API_OF,
  'AWS::ApiGatewayV2::Route': API_OF,
  'AWS::ApiGatewayV2::Stage': API_OF,
  'AWS::ApiGatewayV2::DomainName': API_DOMAIN,
  'AWS::ApiGatewayV2::ApiMapping': API_DOMAIN,
};
