import { COMPUTE_ACTIONS } from './compute-actions.ts';
import type { TypeActions } from './type-actions.ts';

const QUEUE = { service: 'sqs', arn: 'sqs:REGION:*:NAME', longest: 80, named: 'QueueName' } as const;
const BALANCING = { service: 'elasticloadbalancing' } as const;
const TAGS = ['AddTags', 'RemoveTags', 'DescribeTags'] as const;
const API = {
  service: 'apigateway',
  actions: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TagResource', 'UntagResource'],
} as const;
const API_OF = { ...API, arn: 'apigateway:REGION::/apis*' } as const;
const API_DOMAIN = { ...API, arn: 'apigateway:REGION::/domainnames*' } as const;

/** By the type of a resource. */
export const RESOURCE_ACTIONS: Readonly<Record<string, TypeActions>> = {
  ...COMPUTE_ACTIONS,
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
