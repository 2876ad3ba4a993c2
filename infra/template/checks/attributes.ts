/**
 * What `Fn::GetAtt` gives of resources that services often have: AWS's schemas, and what the schemas leave out and the
 * pages of the resources list. A type that is not here is not checked.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
export const ATTRIBUTES = {
  'AWS::ApiGatewayV2::Api': ['ApiEndpoint', 'ApiId'],
  'AWS::ApiGatewayV2::DomainName': ['DomainNameArn', 'RegionalDomainName', 'RegionalHostedZoneId'],
  'AWS::AutoScaling::AutoScalingGroup': ['AutoScalingGroupARN'],
  'AWS::CloudFront::Distribution': ['DomainName', 'Id'],
  'AWS::CloudWatch::Alarm': ['Arn'],
  'AWS::DynamoDB::Table': ['Arn', 'StreamArn'],
  'AWS::EC2::LaunchTemplate': ['DefaultVersionNumber', 'LatestVersionNumber', 'LaunchTemplateId'],
  'AWS::EC2::SecurityGroup': ['GroupId', 'Id', 'VpcId'],
  'AWS::ECR::Repository': ['Arn', 'RepositoryUri'],
  'AWS::EFS::FileSystem': ['Arn', 'FileSystemId'],
  'AWS::ElasticLoadBalancingV2::Listener': ['ListenerArn'],
  'AWS::ElasticLoadBalancingV2::ListenerRule': ['IsDefault', 'RuleArn'],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': [
    ...['CanonicalHostedZoneID', 'DNSName', 'LoadBalancerArn', 'LoadBalancerFullName', 'LoadBalancerName'],
    'SecurityGroups',
  ],
  'AWS::ElasticLoadBalancingV2::TargetGroup': [
    ...['LoadBalancerArns', 'TargetGroupArn', 'TargetGroupFullName', 'TargetGroupName'],
  ],
  'AWS::Events::EventBus': ['Arn', 'Name', 'Policy'],
  'AWS::Events::Rule': ['Arn'],
  'AWS::IAM::InstanceProfile': ['Arn'],
  'AWS::IAM::Role': ['Arn', 'RoleId'],
  'AWS::KMS::Key': ['Arn', 'KeyId'],
  'AWS::Kinesis::Stream': ['Arn', 'WarmThroughputObject'],
  'AWS::Lambda::Alias': ['AliasArn'],
  'AWS::Lambda::EventSourceMapping': ['EventSourceMappingArn', 'Id'],
  'AWS::Lambda::Function': ['Arn', 'SnapStartResponse'],
  'AWS::Lambda::Url': ['FunctionArn', 'FunctionUrl'],
  'AWS::Lambda::Version': ['FunctionArn', 'Version'],
  'AWS::Logs::LogGroup': ['Arn'],
  'AWS::S3::Bucket': [
    ...[
      'Arn',
      'DomainName',
      'DualStackDomainName',
      'RegionalDomainName',
      'WebsiteURL',
      'MetadataConfiguration',
    ],
    ...['MetadataTableConfiguration'],
  ],
  'AWS::SNS::Topic': ['TopicArn', 'TopicName'],
  'AWS::SQS::Queue': ['Arn', 'QueueName', 'QueueUrl'],
  'AWS::SSM::Parameter': ['Type', 'Value'],
  'AWS::StepFunctions::StateMachine': ['Arn', 'Name', 'StateMachineRevisionId'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What is wrong with an attribute of a resource; `undefined` for nothing, or where the type is not known here. */
export function attributeProblem(type: string, attribute: string): string | undefined {
  const known: readonly string[] | undefined = (ATTRIBUTES as Readonly<Record<string, readonly string[]>>)[
    type
  ];
  // Of a structure a field is named behind a dot.
  if (known === undefined || known.includes(attribute.split('.')[0]!)) return undefined;
  return `${type} has no attribute ${attribute}: there is ${known.join(', ')}`;
}
