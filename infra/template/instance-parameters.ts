import { EBS_VOLUME_GIB } from '../../src/aws/quotas.ts';
import { UBUNTU, UBUNTU_ROOT_DEVICE } from '../topology/images.ts';
import type { TemplateParameter, Topology } from '../topology/types.ts';
import { ROOT_DEVICE } from './names.ts';

/** What is given when the stack is made, or changed without a new template. */
export function instanceParameters(topology: Topology): Record<string, TemplateParameter> {
  const { key, instanceType, volumeSize, minSize, maxSize } = topology;
  // A rolling update keeps one in service, unless there may be none.
  const least = minSize === 0 ? 0 : 1;
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
      Default: volumeSize ?? 8,
      MinValue: 1,
      MaxValue: EBS_VOLUME_GIB,
    },
    InstanceType: {
      Type: 'String',
      Description: 'An x86_64 instance type',
      Default: instanceType ?? 't3.small',
    },
    MinSize: {
      Type: 'Number',
      Description: 'Instances to start with, and the least',
      Default: minSize ?? 1,
      MinValue: least,
    },
    MaxSize: {
      Type: 'Number',
      Description: 'The most instances; a rolling update needs one more than it keeps in service',
      Default: maxSize ?? 2,
      MinValue: least + 1,
    },
    ...(key === undefined
      ? {}
      : { KeyName: { Type: 'AWS::EC2::KeyPair::KeyName', Description: 'Key pair for SSH', Default: key } }),
  };
}
