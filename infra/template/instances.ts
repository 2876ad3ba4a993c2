import { EBS_VOLUME_GIB } from '../../src/aws/quotas.ts';
import {
  type Argument,
  base64,
  either,
  getAtt,
  ref,
  resource,
  sub,
  type TemplateResource,
} from '../intrinsics.ts';
import { UBUNTU, UBUNTU_ROOT_DEVICE } from '../topology/images.ts';
import type { TemplateGroup, TemplateParameter, Topology } from '../topology/types.ts';
import type { Wiring } from '../wiring/index.ts';
import { INSTANCE_TARGETS, isBalanced, TRAFFIC_RULE } from './load-balancer.ts';
import { logGroup, writesLog } from './logs.ts';
import { isSet, SECURITY_GROUP } from './network.ts';
import { attachedPolicy, type Grant, serviceRole } from './policies.ts';

/** Logical name of the group of instances; the instances signal to it by this name. */
export const AUTO_SCALING_GROUP = 'AutoScalingGroup';

/** Parameter with the name of the root device: only a mapping of its very name encrypts the root volume. */
export const ROOT_DEVICE = 'RootDevice';

/** How long an instance may take until it signals, minutes. */
const START_MINUTES = 15;
const SIGNAL_TIMEOUT = `PT${START_MINUTES}M`;

/** Log group of the server on the instances. */
export const SERVER_LOGS = 'ServerLogs';

/** EC2 side of the topology: role, instance profile, launch template and rolling group. */
export function instanceGroup(topology: Topology, wiring: Wiring, userData: Argument): TemplateGroup {
  const { late } = wiring.instances.grants;
  return {
    Parameters: parameters(topology),
    Conditions: { ImageIsPinned: isSet('PinnedImageId') },
    Resources: {
      InstanceRole: instanceRole(topology, wiring),
      ...(late.length > 0 ? { InstancePolicy: attachedPolicy('Handlers', 'InstanceRole', late) } : {}),
      InstanceProfile: resource('AWS::IAM::InstanceProfile', { Roles: [ref('InstanceRole')] }),
      LaunchTemplate: launchTemplate(topology, userData),
      [AUTO_SCALING_GROUP]: autoScalingGroup(topology),
      ...(topology.logs ? { [SERVER_LOGS]: logGroup(topology) } : {}),
    },
    Outputs: {
      AutoScalingGroupName: { Description: 'Group of the instances', Value: ref(AUTO_SCALING_GROUP) },
      ...(topology.logs
        ? { ServerLogGroup: { Description: "Log group of the instances' server", Value: ref(SERVER_LOGS) } }
        : {}),
      LaunchTemplateId: { Description: 'Launch template of the instances', Value: ref('LaunchTemplate') },
      InstanceRoleArn: { Description: 'Role of the instances', Value: getAtt('InstanceRole', 'Arn') },
    },
  };
}

function parameters({ key }: Topology): Record<string, TemplateParameter> {
  return {
    SubnetIds: {
      Type: 'List<AWS::EC2::Subnet::Id>',
      Description: 'Subnets of the instances, with a way out to S3, CloudFormation and the package mirror',
    },
    ImageId: {
      Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
      Description: 'SSM parameter of an x86_64 image: Ubuntu 24.04 or Debian 12, or later',
      Default: UBUNTU,
    },
    PinnedImageId: {
      Type: 'String',
      Description: 'Image in place of what ImageId names now; CloudFormation looks that up on every update',
      Default: '',
      AllowedPattern: '^$|^ami-[0-9a-f]{8,17}$',
      ConstraintDescription: 'The id of an image, or nothing',
    },
    [ROOT_DEVICE]: {
      Type: 'String',
      Description: "Name of the image's root device: /dev/sda1 for Ubuntu, /dev/xvda for Debian",
      Default: UBUNTU_ROOT_DEVICE,
      AllowedPattern: '^/dev/(sd[a-z][0-9]?|xvd[a-z][0-9]?)$',
      ConstraintDescription: 'The name of a device, such as /dev/sda1',
    },
    RootVolumeSize: {
      Type: 'Number',
      Description: 'GiB of the encrypted root volume; no less than the image has',
      Default: 8,
      MinValue: 1,
      MaxValue: EBS_VOLUME_GIB,
    },
    InstanceType: { Type: 'String', Description: 'An x86_64 instance type', Default: 't3.small' },
    MinSize: {
      Type: 'Number',
      Description: 'Instances to start with, and the least',
      Default: 1,
      MinValue: 1,
    },
    MaxSize: {
      Type: 'Number',
      Description: 'The most instances; a rolling update needs one more than it keeps in service',
      Default: 2,
      MinValue: 2,
    },
    ...(key === undefined
      ? {}
      : { KeyName: { Type: 'AWS::EC2::KeyPair::KeyName', Description: 'Key pair for SSH', Default: key } }),
  };
}

function instanceRole(topology: Topology, { instances }: Wiring): TemplateResource {
  const { s3Bucket, s3Key, tlsSecretArn, logs } = topology;
  const artifact = sub(`arn:\${AWS::Partition}:s3:::${s3Bucket}/${s3Key}`);
  const grants: Grant[] = [
    { actions: ['s3:GetObject'], resources: [artifact] },
    { actions: ['cloudformation:SignalResource'], resources: [ref('AWS::StackId')] },
  ];
  if (tlsSecretArn !== undefined)
    grants.push({ actions: ['secretsmanager:GetSecretValue'], resources: [tlsSecretArn] });
  if (logs) grants.push(writesLog(SERVER_LOGS));
  return serviceRole({
    principal: 'ec2.amazonaws.com',
    description: 'Starts the server up and signals the stack',
    policies: { StartUp: grants, Handlers: instances.grants.inline },
  });
}

function launchTemplate({ service, key }: Topology, userData: Argument): TemplateResource {
  return resource('AWS::EC2::LaunchTemplate', {
    LaunchTemplateData: {
      ImageId: either('ImageIsPinned', ref('PinnedImageId'), ref('ImageId')),
      InstanceType: ref('InstanceType'),
      ...(key === undefined ? {} : { KeyName: ref('KeyName') }),
      IamInstanceProfile: { Arn: getAtt('InstanceProfile', 'Arn') },
      SecurityGroupIds: [getAtt(SECURITY_GROUP, 'GroupId')],
      MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      BlockDeviceMappings: [
        {
          DeviceName: ref(ROOT_DEVICE),
          Ebs: {
            VolumeType: 'gp3',
            VolumeSize: ref('RootVolumeSize'),
            Encrypted: true,
            DeleteOnTermination: true,
          },
        },
      ],
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: service.name }] },
        { ResourceType: 'volume', Tags: [{ Key: 'Name', Value: service.name }] },
      ],
      UserData: base64(userData),
    },
  });
}

/** The load balancer's view counts, but not before an instance had all its time to start. */
const BEHIND_LOAD_BALANCER = {
  TargetGroupARNs: [ref(INSTANCE_TARGETS)],
  HealthCheckType: 'ELB',
  HealthCheckGracePeriod: START_MINUTES * 60,
};

function autoScalingGroup(topology: Topology): TemplateResource {
  const { service } = topology;
  const balanced = isBalanced(topology);
  return resource(
    'AWS::AutoScaling::AutoScalingGroup',
    {
      LaunchTemplate: {
        LaunchTemplateId: ref('LaunchTemplate'),
        Version: getAtt('LaunchTemplate', 'LatestVersionNumber'),
      },
      MinSize: ref('MinSize'),
      MaxSize: ref('MaxSize'),
      VPCZoneIdentifier: ref('SubnetIds'),
      ...(balanced ? BEHIND_LOAD_BALANCER : { HealthCheckType: 'EC2' }),
      Tags: [{ Key: 'amphi:version', Value: service.version, PropagateAtLaunch: false }],
    },
    {
      // A target group without a listener has no health to report.
      ...(balanced ? { DependsOn: TRAFFIC_RULE } : {}),
      CreationPolicy: { ResourceSignal: { Count: ref('MinSize'), Timeout: SIGNAL_TIMEOUT } },
      UpdatePolicy: {
        AutoScalingRollingUpdate: {
          MinInstancesInService: 1,
          MaxBatchSize: 1,
          PauseTime: SIGNAL_TIMEOUT,
          WaitOnResourceSignals: true,
          SuspendProcesses: [
            'HealthCheck',
            'ReplaceUnhealthy',
            'AZRebalance',
            'AlarmNotification',
            'ScheduledActions',
            'InstanceRefresh',
          ],
        },
      },
    },
  );
}
