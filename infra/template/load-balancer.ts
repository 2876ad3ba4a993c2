import type { ResourceTypes } from '@awboost/cfntypes';
import { HTTP_HANDLER } from '../../src/core/index.ts';
import { getAtt, ref, resource, sub, type TemplateResource } from '../intrinsics.ts';
import { TOPOLOGY_OPTIONS } from '../topology/options/index.ts';
import { HEALTH, timingOf } from '../topology/timing.ts';
import type { TemplateGroup, TemplateParameter, Topology } from '../topology/types.ts';
import { stackSuffix } from '../wiring/stack-suffix.ts';
import { routeRules, trafficRule } from './forwarding.ts';
import { HTTP_FUNCTION, INSTANCE_TARGETS, LAMBDA_TARGETS, LOAD_BALANCER, TRAFFIC_RULE } from './names.ts';
import { ALB_SECURITY_GROUP } from './network.ts';

/** TLS 1.2 and 1.3, forward secrecy only. */
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06';

/**
 * Load balancer, listeners, and one rule that shares the traffic between the instances and the Lambda
 * function by weight. Nothing without `alb`.
 */
export function loadBalancerGroup(topology: Topology): TemplateGroup {
  if (topology.alb === undefined) return {};
  return {
    Parameters: parameters(topology),
    Resources: {
      [LOAD_BALANCER]: resource('AWS::ElasticLoadBalancingV2::LoadBalancer', {
        Type: 'application',
        Scheme: topology.alb,
        IpAddressType: 'ipv4',
        SecurityGroups: [getAtt(ALB_SECURITY_GROUP, 'GroupId')],
        Subnets: ref('AlbSubnetIds'),
        // Shorter than the server's keep-alive, so that the server never closes a connection in use.
        LoadBalancerAttributes: [
          { Key: 'idle_timeout.timeout_seconds', Value: String(topology.idleTimeout ?? 60) },
        ],
      }),
      ...(topology.sides.server ? { [INSTANCE_TARGETS]: instanceTargets(topology) } : {}),
      ...(hasHttpFunction(topology) ? lambdaTargets(topology) : {}),
      ...listeners(topology),
      [TRAFFIC_RULE]: trafficRule(topology),
      ...routeRules(topology),
    },
    Outputs: {
      LoadBalancerDnsName: {
        Description: 'DNS name of the load balancer',
        Value: getAtt(LOAD_BALANCER, 'DNSName'),
      },
    },
  };
}

/** Whether the load balancer has instances to lead to. */
export const isBalanced = ({ alb, sides }: Topology): boolean => alb !== undefined && sides.server;

const hasHttpFunction = ({ sides }: Topology): boolean => sides.lambda.includes(HTTP_HANDLER);

function parameters({ ec2Weight, lambdaWeight, sides }: Topology): Record<string, TemplateParameter> {
  const weight = (whose: string, value: number): TemplateParameter => ({
    Type: 'Number',
    Description: `Share of the ${whose} in the traffic of the load balancer`,
    Default: value,
    MinValue: TOPOLOGY_OPTIONS.ec2Weight.min,
    MaxValue: TOPOLOGY_OPTIONS.ec2Weight.max,
  });
  return {
    AlbSubnetIds: {
      Type: 'List<AWS::EC2::Subnet::Id>',
      Description:
        'Subnets of the load balancer, in two zones at least; public ones if it faces the internet',
    },
    ...(sides.shared
      ? {
          Ec2Weight: weight('instances', ec2Weight),
          LambdaWeight: weight('Lambda function', lambdaWeight),
        }
      : {}),
  };
}

function instanceTargets(topology: Topology): TemplateResource {
  const { port, readinessPath, tlsSecretArn } = topology;
  const protocol = tlsSecretArn === undefined ? 'HTTP' : 'HTTPS';
  return resource('AWS::ElasticLoadBalancingV2::TargetGroup', {
    TargetType: 'instance',
    VpcId: ref('VpcId'),
    Port: port,
    Protocol: protocol,
    HealthCheckProtocol: protocol,
    HealthCheckPath: readinessPath,
    HealthCheckIntervalSeconds: HEALTH.interval,
    HealthCheckTimeoutSeconds: HEALTH.timeout,
    HealthyThresholdCount: HEALTH.healthy,
    UnhealthyThresholdCount: HEALTH.unhealthy,
    Matcher: { HttpCode: '200' },
    TargetGroupAttributes: [
      { Key: 'deregistration_delay.timeout_seconds', Value: String(timingOf(topology).deregistration) },
    ],
  });
}

/**
 * The permission has to be there before the target, so it cannot name the target group's ARN by reference:
 * the group gets a name that the permission can predict, except for its last part.
 */
function lambdaTargets({ slug }: Topology): Record<string, TemplateResource> {
  const prefix = slug.slice(0, 20).replace(/-+$/, '');
  const values = { Stack: stackSuffix() };
  const arn = `arn:\${AWS::Partition}:elasticloadbalancing:\${AWS::Region}:\${AWS::AccountId}:targetgroup`;
  return {
    LambdaTargetsPermission: resource('AWS::Lambda::Permission', {
      FunctionName: getAtt(HTTP_FUNCTION, 'Arn'),
      Action: 'lambda:InvokeFunction',
      Principal: 'elasticloadbalancing.amazonaws.com',
      SourceAccount: ref('AWS::AccountId'),
      SourceArn: sub(`${arn}/${prefix}-\${Stack}/*`, values),
    }),
    [LAMBDA_TARGETS]: resource(
      'AWS::ElasticLoadBalancingV2::TargetGroup',
      {
        Name: sub(`${prefix}-\${Stack}`, values),
        TargetType: 'lambda',
        Targets: [{ Id: getAtt(HTTP_FUNCTION, 'Arn') }],
        // Without it a repeated header or query key would keep its last value only.
        TargetGroupAttributes: [{ Key: 'lambda.multi_value_headers.enabled', Value: 'true' }],
      },
      { DependsOn: 'LambdaTargetsPermission' },
    ),
  };
}

function listeners({ certificateArn }: Topology): Record<string, TemplateResource> {
  const unreachable = {
    Type: 'fixed-response',
    FixedResponseConfig: { StatusCode: '503', ContentType: 'text/plain', MessageBody: 'No rule takes this.' },
  };
  if (certificateArn === undefined) return { HttpListener: listener('HTTP', 80, unreachable) };
  return {
    // Load balancers redirect by 301 and 302 only: a client may turn a POST into a GET.
    HttpListener: listener('HTTP', 80, {
      Type: 'redirect',
      RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' },
    }),
    HttpsListener: listener('HTTPS', 443, unreachable, {
      SslPolicy: TLS_POLICY,
      Certificates: [{ CertificateArn: certificateArn }],
    }),
  };
}

type ListenerAction = ResourceTypes['AWS::ElasticLoadBalancingV2::Listener']['DefaultActions'][number];

function listener(
  protocol: string,
  port: number,
  action: ListenerAction,
  tls: { SslPolicy?: string; Certificates?: { CertificateArn: string }[] } = {},
): TemplateResource {
  return resource('AWS::ElasticLoadBalancingV2::Listener', {
    LoadBalancerArn: ref(LOAD_BALANCER),
    Protocol: protocol,
    Port: port,
    ...tls,
    DefaultActions: [action],
  });
}
