import { getAtt, type Intrinsic, ref, resource, type TemplateResource } from '../intrinsics.ts';
import { IPV4_CIDR_PATTERN } from '../topology/ipv4.ts';
import { hasInstances } from '../topology/sides.ts';
import type { TemplateGroup, TemplateParameter, Topology } from '../topology/types.ts';

/** Logical name of the instances' security group. */
export const SECURITY_GROUP = 'SecurityGroup';
/** Logical name of the load balancer's security group. */
export const ALB_SECURITY_GROUP = 'AlbSecurityGroup';

/** An optional IPv4 range, `''` for closed. */
function cidr(
  description: string,
  value: string | undefined,
  pattern = IPV4_CIDR_PATTERN,
): TemplateParameter {
  return {
    Type: 'String',
    Description: description,
    Default: value ?? '',
    AllowedPattern: `^$|^${pattern}$`,
    ConstraintDescription: 'An IPv4 range such as 10.0.0.0/16, or nothing',
  };
}

/**
 * The security groups. The instances' own opens no port by itself: each rule is a resource of its own. That of
 * the HTTP port lets in the load balancer's group where there is one, else a range while its parameter holds one.
 */
export function networkGroups(topology: Topology): TemplateGroup[] {
  const { alb, sides, key } = topology;
  const instances = hasInstances(sides);
  if (!instances && alb === undefined) return [];
  return [
    {
      Parameters: {
        VpcId: {
          Type: 'AWS::EC2::VPC::Id',
          Description: instances ? 'VPC of the instances' : 'VPC of the load balancer',
        },
      },
    },
    ...(sides.server || alb !== undefined ? [entryGroup(topology)] : []),
    ...(instances ? [instancesGroup(topology)] : []),
    ...(key === undefined ? [] : [sshGroup(topology)]),
  ];
}

/** Who may reach the HTTP port, or the load balancer before it. */
function entryGroup(topology: Topology): TemplateGroup {
  const { alb, port, appCidr } = topology;
  const entry = alb === undefined ? `port ${port}` : 'the load balancer';
  return {
    Parameters: { AppCidr: cidr(`IPv4 range that may reach ${entry}; empty keeps it closed`, appCidr) },
    Conditions: { AppIsOpen: isSet('AppCidr') },
    Resources:
      alb === undefined
        ? { AppIngress: ingress(port, ref('AppCidr'), 'AppIsOpen', 'HTTP server') }
        : albRules(topology),
  };
}

function instancesGroup({ service }: Topology): TemplateGroup {
  return {
    Resources: {
      [SECURITY_GROUP]: resource('AWS::EC2::SecurityGroup', {
        GroupDescription: description(`Instances of ${service.name}`),
        VpcId: ref('VpcId'),
      }),
    },
    Outputs: {
      SecurityGroupId: { Description: 'Group of the instances', Value: getAtt(SECURITY_GROUP, 'GroupId') },
    },
  };
}

function albRules({ service, port, certificateArn, sides }: Topology): Record<string, TemplateResource> {
  const tcp = { IpProtocol: 'tcp', FromPort: port, ToPort: port };
  const open = (from: number, what: string) =>
    ingress(from, ref('AppCidr'), 'AppIsOpen', what, ALB_SECURITY_GROUP);
  const toInstances = {
    ...tcp,
    DestinationSecurityGroupId: getAtt(SECURITY_GROUP, 'GroupId'),
    Description: 'Instances',
  };
  return {
    [ALB_SECURITY_GROUP]: resource('AWS::EC2::SecurityGroup', {
      GroupDescription: description(`Load balancer of ${service.name}`),
      VpcId: ref('VpcId'),
      SecurityGroupEgress: [sides.server ? toInstances : NOWHERE],
    }),
    ...(sides.server
      ? {
          AppIngress: resource('AWS::EC2::SecurityGroupIngress', {
            ...tcp,
            GroupId: getAtt(SECURITY_GROUP, 'GroupId'),
            SourceSecurityGroupId: getAtt(ALB_SECURITY_GROUP, 'GroupId'),
            Description: 'HTTP server, from the load balancer',
          }),
        }
      : {}),
    AlbHttpIngress: open(80, 'HTTP'),
    ...(certificateArn === undefined ? {} : { AlbHttpsIngress: open(443, 'HTTPS') }),
  };
}

/** Without any rule a group lets everything out. Functions are not reached by the network. */
const NOWHERE = { IpProtocol: '-1', CidrIp: '127.0.0.1/32', Description: 'Nowhere' };

function description(text: string): string {
  return text.replace(/[^\w .:/()#,@[\]+=&;{}!$*-]/g, '_').slice(0, 255);
}

function sshGroup({ sshCidr }: Topology): TemplateGroup {
  return {
    // The whole internet (/0) is not accepted for SSH.
    Parameters: {
      SshCidr: cidr(
        'IPv4 range that may reach port 22; empty keeps it closed',
        sshCidr,
        `(?!.*/0$)${IPV4_CIDR_PATTERN}`,
      ),
    },
    Conditions: { SshIsOpen: isSet('SshCidr') },
    Resources: { SshIngress: ingress(22, ref('SshCidr'), 'SshIsOpen', 'SSH') },
  };
}

/** Condition that a parameter holds something. */
export function isSet(parameter: string): object {
  return { 'Fn::Not': [{ 'Fn::Equals': [ref(parameter), ''] }] };
}

function ingress(
  port: number,
  range: Intrinsic,
  condition: string,
  description: string,
  group: string = SECURITY_GROUP,
): TemplateResource {
  return resource(
    'AWS::EC2::SecurityGroupIngress',
    {
      GroupId: getAtt(group, 'GroupId'),
      IpProtocol: 'tcp',
      FromPort: port,
      ToPort: port,
      CidrIp: range,
      Description: description,
    },
    { Condition: condition },
  );
}
