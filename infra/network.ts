import { getAtt, type Intrinsic, ref, resource, type TemplateResource } from './intrinsics.ts';
import type { TemplateGroup, TemplateParameter, Topology } from './types.ts';

/** Logical name of the instances' security group. */
export const SECURITY_GROUP = 'SecurityGroup';

/** An optional IPv4 CIDR, `''` for closed. */
function cidr(description: string, value: string | undefined, masks: string): TemplateParameter {
  return {
    Type: 'String',
    Description: description,
    Default: value ?? '',
    AllowedPattern: `^$|^(\\d{1,3}\\.){3}\\d{1,3}/${masks}$`,
    ConstraintDescription: 'An IPv4 range such as 10.0.0.0/16, or nothing',
  };
}

/**
 * The security group. It opens no port by itself: each rule is a resource of its own that exists only
 * while its parameter holds a range, so that a load balancer's group can be let in beside them.
 */
export function networkGroup(topology: Topology): TemplateGroup {
  const { service, key, port } = topology;
  const ssh = key === undefined ? {} : sshRule(topology);
  return {
    Parameters: {
      VpcId: { Type: 'AWS::EC2::VPC::Id', Description: 'VPC of the instances' },
      AppCidr: cidr(
        `IPv4 range that may reach port ${port}; empty keeps it closed`,
        topology.appCidr,
        '([0-9]|[12]\\d|3[0-2])',
      ),
      ...ssh.Parameters,
    },
    Conditions: { AppIsOpen: isSet('AppCidr'), ...ssh.Conditions },
    Resources: {
      [SECURITY_GROUP]: resource('AWS::EC2::SecurityGroup', {
        GroupDescription: `Instances of ${service.name}`
          .replace(/[^\w .:/()#,@[\]+=&;{}!$*-]/g, '_')
          .slice(0, 255),
        VpcId: ref('VpcId'),
      }),
      AppIngress: ingress(port, ref('AppCidr'), 'AppIsOpen', 'HTTP server'),
      ...ssh.Resources,
    },
    Outputs: {
      SecurityGroupId: { Description: 'Group of the instances', Value: getAtt(SECURITY_GROUP, 'GroupId') },
    },
  };
}

function sshRule({ sshCidr }: Topology): TemplateGroup {
  return {
    // The whole internet (/0) is not accepted for SSH.
    Parameters: {
      SshCidr: cidr(
        'IPv4 range that may reach port 22; empty keeps it closed',
        sshCidr,
        '([1-9]|[12]\\d|3[0-2])',
      ),
    },
    Conditions: { SshIsOpen: isSet('SshCidr') },
    Resources: { SshIngress: ingress(22, ref('SshCidr'), 'SshIsOpen', 'SSH') },
  };
}

function isSet(parameter: string): object {
  return { 'Fn::Not': [{ 'Fn::Equals': [ref(parameter), ''] }] };
}

function ingress(port: number, range: Intrinsic, condition: string, description: string): TemplateResource {
  return resource(
    'AWS::EC2::SecurityGroupIngress',
    {
      GroupId: getAtt(SECURITY_GROUP, 'GroupId'),
      IpProtocol: 'tcp',
      FromPort: port,
      ToPort: port,
      CidrIp: range,
      Description: description,
    },
    { Condition: condition },
  );
}
