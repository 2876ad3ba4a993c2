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
import { hasDrainHook, timingOf } from '../topology/timing.ts';
import type { TemplateGroup, Topology } from '../topology/types.ts';
import type { Wiring } from '../wiring/index.ts';
import { instanceParameters } from './instance-parameters.ts';
import { isBalanced } from './load-balancer.ts';
import { logGroup, writesLog } from './logs.ts';
import {
  AUTO_SCALING_GROUP,
  DRAIN_HOOK,
  INSTANCE_TARGETS,
  ROOT_DEVICE,
  SERVER_LOGS,
  TRAFFIC_RULE,
} from './names.ts';
import { isSet, SECURITY_GROUP } from './network.ts';
import { attachedPolicy, type Grant, serviceRole } from './policies.ts';
import { metricsCollection, scalingResources } from './scaling.ts';

/** How long an instance may take until it signals, minutes. */
const START_MINUTES = 15;
const SIGNAL_TIMEOUT = `PT${START_MINUTES}M`;

/** EC2 side of the topology: role, instance profile, launch template and rolling group. */
export function instanceGroup(topology: Topology, wiring: Wiring, userData: Argument): TemplateGroup {
  const { late } = wiring.instances.grants;
  return {
    Parameters: instanceParameters(topology),
    Conditions: { ImageIsPinned: isSet('PinnedImageId') },
    Resources: {
      InstanceRole: instanceRole(topology, wiring),
      ...(late.length > 0 ? { InstancePolicy: attachedPolicy('Handlers', 'InstanceRole', late) } : {}),
      InstanceProfile: resource('AWS::IAM::InstanceProfile', { Roles: [ref('InstanceRole')] }),
      LaunchTemplate: launchTemplate(topology, userData),
      [AUTO_SCALING_GROUP]: autoScalingGroup(topology),
      // Only once the group is there: until then the signals of its instances decide.
      InstanceHealthPolicy: attachedPolicy('Health', 'InstanceRole', [
        REPORTS_HEALTH,
        ...(hasDrainHook(topology) ? ENDS_HOOK : []),
      ]),
      ...(hasDrainHook(topology) ? { DrainHook: drainHook(topology) } : {}),
      ...scalingResources(topology, wiring),
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
    managed: [...(topology.ssm ? [SESSION_MANAGER] : []), ...(topology.instancePolicies ?? [])],
  });
}

/** An instance that is of no use has the group replace it. */
const REPORTS_HEALTH: Grant = {
  actions: ['autoscaling:SetInstanceHealth'],
  resources: [getAtt(AUTO_SCALING_GROUP, 'AutoScalingGroupARN')],
};

/** `Describe` knows no resources, and the name of the group is known to nobody before it is there. */
const ENDS_HOOK: readonly Grant[] = [
  { actions: ['autoscaling:CompleteLifecycleAction'], resources: REPORTS_HEALTH.resources },
  { actions: ['autoscaling:DescribeAutoScalingInstances'], resources: ['*'] },
];

/** What an instance may take beside its drain until it has noticed and said so. */
const HOOK_SPARE = 60;

function drainHook(topology: Topology): TemplateResource {
  return resource('AWS::AutoScaling::LifecycleHook', {
    AutoScalingGroupName: ref(AUTO_SCALING_GROUP),
    LifecycleHookName: DRAIN_HOOK,
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    HeartbeatTimeout: timingOf(topology).longStop! + HOOK_SPARE,
    DefaultResult: 'CONTINUE',
  });
}

/** AWS's own policy for instances under Systems Manager, which Session Manager is a part of. */
const SESSION_MANAGER = sub('arn:$' + '{AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore');

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
  const empty = topology.minSize === 0;
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
      ...metricsCollection(topology),
      ...(balanced ? BEHIND_LOAD_BALANCER : { HealthCheckType: 'EC2' }),
      Tags: [{ Key: 'amphi:version', Value: service.version, PropagateAtLaunch: false }],
    },
    {
      // A target group without a listener has no health to report.
      ...(balanced ? { DependsOn: TRAFFIC_RULE } : {}),
      // A group that may start with no instance has none to wait for.
      ...(empty
        ? {}
        : { CreationPolicy: { ResourceSignal: { Count: ref('MinSize'), Timeout: SIGNAL_TIMEOUT } } }),
      UpdatePolicy: {
        AutoScalingRollingUpdate: {
          MinInstancesInService: empty ? 0 : 1,
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
