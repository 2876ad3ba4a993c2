import { defineTopology } from 'amphi';
import t from 'tap';
import { checkTopology, stageOf, type TopologyDefinition } from '../../infra/topology/stages.ts';

const topology = defineTopology({
  s3Bucket: 'my-artifacts',
  memorySize: 256,
  environment: { LOG: 'all', LEVEL: 'one' },
  runOn: { report: 'instances' },
  parameters: { VpcId: 'vpc-1' },
  stages: {
    dev: { runOn: { '*': 'lambda' } },
    prod: {
      ...{ alb: 'internet-facing', trustProxy: ['10.0.0.0/16'], memorySize: 1024, protected: true },
      ...{ environment: { LEVEL: 'two' }, parameters: { MinSize: '2' }, region: 'eu-central-1' },
    },
  },
});

t.test('a stage has what all share, and its own over it, key by key', async (t) => {
  checkTopology(topology);
  t.strictSame(stageOf(topology, 'dev'), {
    name: 'dev',
    settings: {
      ...{ s3Bucket: 'my-artifacts', memorySize: 256, environment: { LOG: 'all', LEVEL: 'one' } },
      ...{ runOn: { report: 'instances', '*': 'lambda' }, parameters: { VpcId: 'vpc-1' } },
    },
  });
  t.match(stageOf(topology, 'prod').settings, {
    ...{ memorySize: 1024, alb: 'internet-facing', protected: true, region: 'eu-central-1' },
    ...{ environment: { LOG: 'all', LEVEL: 'two' }, parameters: { VpcId: 'vpc-1', MinSize: '2' } },
  });
});

t.test('a stage has to be named where there are any, and to be one of them', async (t) => {
  const problem = (definition: TopologyDefinition | undefined, name: string | undefined, message: string) =>
    t.throws(() => stageOf(definition, name), { name: 'ConfigError', message });
  problem(topology, undefined, '--stage is missing: one of dev, prod');
  problem(topology, 'test', '--stage "test" is none of dev, prod');
  problem({ memorySize: 256 }, 'dev', '--stage dev: the topology of this service has no stages');
  problem(undefined, 'dev', '--stage dev: the topology of this service has no stages');
  t.strictSame(stageOf(undefined, undefined), { name: undefined, settings: {} });
});

t.test('everything that is wrong is told at once, with its stage', async (t) => {
  const bad = {
    s3Bucket: 'my-artifacts',
    stages: {
      dev: { memorySize: 1, nothing: true, parameters: { MinSize: 2 } },
      prod: { certificateArn: 'x', protected: 'yes', stack: '' },
      Prod: {},
    },
  };
  t.throws(() => checkTopology(bad as never), {
    name: 'ProvisionError',
    message: [
      'topology: stages.dev: there is no option nothing',
      'topology: stages.dev: parameters must be an object of texts',
      'topology: stages.dev: memorySize 1 is not a whole number from 128 to 10240',
      'topology: stages.prod: stack must be a text',
      'topology: stages.prod: protected must be true or false',
      'topology: stages.prod: certificateArn "x" is not the ARN of an ACM certificate',
      'topology: stages.prod: certificateArn needs stages.prod: alb',
      'topology: stages.Prod: a name is a lower-case letter, then letters, digits or -, at most 20',
    ].join('\n'),
  });
  t.throws(() => checkTopology({ memorySize: 'much' } as never), {
    message: 'topology: memorySize "much" is not a whole number from 128 to 10240',
  });
});

t.test('the role of CloudFormation has to be one', async (t) => {
  const roleArn = 'arn:aws:iam::123456789012:role/deploy/cfn';
  checkTopology({ stages: { prod: { roleArn } } });
  for (const wrong of ['x', 'arn:aws:iam::123456789012:policy/cfn', 7])
    t.throws(() => checkTopology({ stages: { prod: { roleArn: wrong } } } as never), {
      message: 'topology: stages.prod: roleArn must be the ARN of an IAM role',
    });
});
