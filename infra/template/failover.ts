import { getAtt, type Intrinsic, ref, resource, sub, type TemplateResource } from '../intrinsics.ts';
import type { TemplateGroup, Topology } from '../topology/types.ts';
import { inlineFunction } from './inline-function.ts';
import { INSTANCE_TARGETS, LAMBDA_TARGETS, LOAD_BALANCER, TRAFFIC_RULE } from './names.ts';

/** Logical name of the alarm that no instance is healthy. */
export const ALARM = 'NoHealthyInstance';
const FUNCTION = 'FailoverFunction';

/**
 * What CloudWatch calls when the alarm changes; both settings of the rule are made by CloudFormation.
 */
export const FAILOVER_CODE = `import json
import os

import boto3

client = boto3.client('elbv2')


def handler(event, context):
    state = event['alarmData']['state']['value']
    config = os.environ.get('ON_' + state)
    if config is None:
        print('nothing to do on', state)
        return
    client.modify_rule(
        RuleArn=os.environ['RULE'],
        Actions=[{'Type': 'forward', 'ForwardConfig': json.loads(config)}],
    )
    print('set the rule for', state)
`;

/** The alarm and what it changes: the rule's weights, or the DNS records (see `dns.ts`). */
export function failoverGroup(topology: Topology): TemplateGroup {
  const { failover } = topology;
  if (failover === undefined) return {};
  return {
    Resources: {
      [ALARM]: alarm(topology, failover === 'rule' ? [getAtt(FUNCTION, 'Arn')] : []),
      ...(failover === 'rule' ? ruleSwitch(topology) : {}),
    },
    Outputs: { FailoverAlarmName: { Description: 'Alarm: no instance is healthy', Value: ref(ALARM) } },
  };
}

function alarm({ service }: Topology, actions: Intrinsic[]): TemplateResource {
  return resource('AWS::CloudWatch::Alarm', {
    AlarmDescription: `No instance of ${service.name} is healthy`,
    Namespace: 'AWS/ApplicationELB',
    MetricName: 'HealthyHostCount',
    Dimensions: [
      { Name: 'TargetGroup', Value: getAtt(INSTANCE_TARGETS, 'TargetGroupFullName') },
      { Name: 'LoadBalancer', Value: getAtt(LOAD_BALANCER, 'LoadBalancerFullName') },
    ],
    // The most that any node of the load balancer saw in the minute: one zone without instances is no outage.
    Statistic: 'Maximum',
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
    Period: 60,
    EvaluationPeriods: 1,
    // The metric is missing while no instance is registered.
    TreatMissingData: 'breaching',
    ...(actions.length > 0 ? { AlarmActions: actions, OKActions: actions } : {}),
  });
}

function ruleSwitch(topology: Topology): Record<string, TemplateResource> {
  return {
    ...switchFunction(topology),
    [`${FUNCTION}Permission`]: resource('AWS::Lambda::Permission', {
      FunctionName: getAtt(FUNCTION, 'Arn'),
      Action: 'lambda:InvokeFunction',
      Principal: 'lambda.alarms.cloudwatch.amazonaws.com',
      SourceAccount: ref('AWS::AccountId'),
      SourceArn: getAtt(ALARM, 'Arn'),
    }),
    // CloudWatch calls asynchronously: a delayed call must not undo a later one.
    [`${FUNCTION}Retries`]: resource('AWS::Lambda::EventInvokeConfig', {
      FunctionName: ref(FUNCTION),
      Qualifier: '$LATEST',
      MaximumEventAgeInSeconds: 120,
      MaximumRetryAttempts: 1,
    }),
  };
}

function switchFunction(topology: Topology): Record<string, TemplateResource> {
  const { stickiness } = topology;
  const sticky =
    stickiness === undefined ? { Enabled: false } : { Enabled: true, DurationSeconds: stickiness };
  return inlineFunction(topology, FUNCTION, {
    purpose: "leads the load balancer's traffic away from failed instances",
    roleDescription: 'Sets the weights of one rule',
    policy: 'Failover',
    grant: { actions: ['elasticloadbalancing:ModifyRule'], resources: [ref(TRAFFIC_RULE)] },
    code: FAILOVER_CODE,
    variables: {
      RULE: ref(TRAFFIC_RULE),
      // Stickiness would hold clients on the side that failed.
      ON_ALARM: forwardConfig('0', '100', { Enabled: false }),
      ON_OK: forwardConfig('$' + '{Ec2Weight}', '$' + '{LambdaWeight}', sticky),
    },
  });
}

/** ForwardConfig of the rule as JSON text. */
function forwardConfig(ec2: string, lambda: string, stickiness: object): Intrinsic {
  const target = (name: string, weight: string) => `{"TargetGroupArn":"\${${name}}","Weight":${weight}}`;
  const targets = `${target(INSTANCE_TARGETS, ec2)},${target(LAMBDA_TARGETS, lambda)}`;
  return sub(`{"TargetGroups":[${targets}],"TargetGroupStickinessConfig":${JSON.stringify(stickiness)}}`);
}
