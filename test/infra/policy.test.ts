import t from 'tap';
import { emitTopology, resource } from '../../infra/index.ts';
import { deployerPolicy, serviceRolePolicy, unknownTypes } from '../../infra/policy/index.ts';
import { RESOURCE_ACTIONS } from '../../infra/policy/resource-actions.ts';
import { runMain, SAMPLE_MAIN } from '../support/run-app.ts';
import { SAMPLE } from './sample.ts';
import { PLACED, VARIANTS } from './variants.ts';

const PLACE = { stack: 'omega-prod', slug: 'omega', bucket: 'my-artifacts', region: 'eu-west-1' };
const { template } = emitTopology(SAMPLE);

const allowing = ({ Statement }: ReturnType<typeof deployerPolicy>, action: string) =>
  Statement.filter(({ Effect, Action }) => Effect === 'Allow' && Action.includes(action));

t.test('the actions of every type that a template has are known', async (t) => {
  for (const [name, options] of Object.entries({ ...VARIANTS, ...PLACED }))
    t.same(unknownTypes(emitTopology(options).template), [], name);
  const decorated = { ...template, Resources: { Mine: { Type: 'AWS::X::Y', Properties: {} } } };
  t.same(unknownTypes(decorated), ['AWS::X::Y']);
});

t.test(
  'actions are exact: no wildcard, each once for its resources, each of the service it names',
  async (t) => {
    const policy = deployerPolicy(template, PLACE);
    for (const { Action, Resource, Sid } of policy.Statement) {
      t.match(Sid, /^[A-Za-z0-9]+$/);
      t.ok(Action.length > 0 && Resource.length > 0);
      for (const action of Action) t.match(action, /^[a-z0-9-]+:[A-Za-z0-9]+$/);
      t.equal(new Set(Action).size, Action.length);
    }
    const sids = policy.Statement.map(({ Sid }) => Sid);
    t.equal(new Set(sids).size, sids.length);
    for (const { service } of Object.values(RESOURCE_ACTIONS)) t.match(service, /^[a-z0-9]+$/);
  },
);

t.test('resources are as narrow as the names that CloudFormation gives', async (t) => {
  const policy = deployerPolicy(template, PLACE);
  t.match(allowing(policy, 'lambda:UpdateFunctionCode'), [
    { Resource: ['arn:aws:lambda:eu-west-1:*:function:omega-prod-*'] },
  ]);
  t.match(allowing(policy, 'iam:CreateRole'), [{ Resource: ['arn:aws:iam::*:role/omega-prod-*'] }]);
  t.match(allowing(policy, 'cloudformation:ExecuteChangeSet'), [
    { Resource: ['arn:aws:cloudformation:eu-west-1:*:stack/omega-prod/*'] },
  ]);
  t.match(allowing(policy, 's3:PutObject'), [{ Resource: ['arn:aws:s3:::my-artifacts/omega/*'] }]);
  t.match(allowing(policy, 'iam:PassRole'), [
    {
      Resource: ['arn:aws:iam::*:role/omega-prod-*'],
      Condition: { StringEquals: { 'iam:PassedToService': ['lambda.amazonaws.com', 'ec2.amazonaws.com'] } },
    },
  ]);
  t.match(allowing(policy, 'ssm:GetParameters'), [
    { Resource: [/^arn:aws:ssm:eu-west-1:\*:parameter\/aws\/service\/canonical\//] },
  ]);
  t.match(allowing(policy, 'autoscaling:DescribeAutoScalingGroups').at(-1), { Resource: ['*'] });
});

t.test('names that are given, and names that CloudFormation would cut', async (t) => {
  const Resources = {
    Jobs: resource('AWS::SQS::Queue', { QueueName: 'jobs' }),
    More: resource('AWS::SQS::Queue', {}),
  };
  const two = deployerPolicy({ ...template, Resources }, PLACE);
  t.match(allowing(two, 'sqs:CreateQueue'), [
    { Resource: ['arn:aws:sqs:eu-west-1:*:jobs', 'arn:aws:sqs:eu-west-1:*:omega-prod-*'] },
  ]);
  const cut = deployerPolicy(template, { ...PLACE, stack: 'o'.repeat(40), region: undefined });
  t.match(allowing(cut, 'iam:CreateRole'), [{ Resource: ['arn:aws:iam::*:role/*'] }]);
  const china = deployerPolicy(template, { ...PLACE, region: 'cn-north-1' });
  t.match(allowing(china, 's3:ListBucket'), [{ Resource: ['arn:aws-cn:s3:::my-artifacts'] }]);
});

t.test('with a role of CloudFormation, who deploys needs nothing of the resources', async (t) => {
  const roleArn = 'arn:aws:iam::123456789012:role/cfn';
  const deployer = deployerPolicy(template, { ...PLACE, roleArn });
  t.same(allowing(deployer, 'lambda:CreateFunction'), []);
  t.match(allowing(deployer, 'iam:PassRole'), [
    {
      Resource: [roleArn],
      Condition: { StringEquals: { 'iam:PassedToService': ['cloudformation.amazonaws.com'] } },
    },
  ]);
  const role = serviceRolePolicy(template, { ...PLACE, roleArn });
  t.equal(allowing(role, 'lambda:CreateFunction').length, 1);
  t.same(allowing(role, 'cloudformation:ExecuteChangeSet'), []);
});

t.test('a permissions boundary: no role without it', async (t) => {
  const permissionsBoundary = 'arn:aws:iam::123456789012:policy/bound';
  const policy = deployerPolicy(emitTopology({ ...SAMPLE, permissionsBoundary }).template, PLACE);
  t.match(
    policy.Statement.filter(({ Effect }) => Effect === 'Deny'),
    [
      {
        Action: ['iam:CreateRole'],
        Condition: { StringNotEquals: { 'iam:PermissionsBoundary': permissionsBoundary } },
      },
    ],
  );
  t.equal(allowing(policy, 'iam:PutRolePermissionsBoundary').length, 1);
});

t.test('app policy', async (t) => {
  const policy = (...args: string[]) => runMain(SAMPLE_MAIN, ['policy', ...args]);
  const { code, stdout } = await policy('--s3Bucket', 'my-artifacts', '--runOn', '*=lambda');
  t.equal(code, 0);
  const printed: ReturnType<typeof deployerPolicy> = JSON.parse(stdout);
  t.equal(printed.Version, '2012-10-17');
  t.same(allowing(printed, 'ec2:RunInstances'), [], 'nothing of what the topology does not have');
  const wrong = await policy('--roleArn', 'x');
  t.equal(wrong.code, 2);
  t.match(wrong.stderr, /--s3Bucket is missing/);
  t.match(wrong.stderr, /--roleArn "x": it must be the ARN of an IAM role/);
});
