import type { Change } from '@aws-sdk/client-cloudformation';
import t from 'tap';
import { changeLines } from '../../../infra/deploy/change-lines.ts';
import { isGuarded, removalsOf } from '../../../infra/deploy/guarded.ts';
import { deploy, removeStack } from '../../../infra/deploy/index.ts';
import { emitTopology } from '../../../infra/index.ts';
import { SAMPLE } from '../sample.ts';
import { awsError, DEPLOYMENT, scripted } from './scripted.ts';

const ID = 'arn:stack/omega/1';
const EMITTED = emitTopology(SAMPLE);

const change = (
  Action: 'Remove' | 'Modify' | 'Add',
  LogicalResourceId: string,
  type: string,
  more = {},
): Change => ({
  ResourceChange: { Action, LogicalResourceId, ResourceType: `AWS::${type}`, ...more },
});

const REMOVED = change('Remove', 'Balancer', 'ElasticLoadBalancingV2::LoadBalancer');
const REPLACED = change('Modify', 'Jobs', 'SQS::Queue', { Replacement: 'True' });

/** Events of one update, however often they are asked for. */
const ended = () => {
  let turn = 0;
  return () => ({
    StackEvents: [
      { EventId: `${turn++}`, StackId: ID, PhysicalResourceId: ID, ResourceStatus: 'UPDATE_COMPLETE' },
    ],
  });
};

/** A stack `omega` whose change sets have these changes. */
function stackWith(changes: readonly Change[], more: Record<string, (input: never) => unknown> = {}) {
  const stack = () => ({
    ...{ StackName: 'omega', StackId: ID, StackStatus: 'UPDATE_COMPLETE' },
    Tags: [{ Key: 'amphi:service', Value: 'Omega Service' }],
  });
  return scripted({
    DescribeStacks: () => ({ Stacks: [stack()] }),
    GetTemplateSummary: () => ({}),
    CreateChangeSet: () => ({ Id: 'arn:changeSet/1', StackId: ID }),
    DescribeChangeSet: () => ({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', Changes: changes }),
    DeleteChangeSet: () => ({}),
    DescribeStackEvents: ended(),
    ExecuteChangeSet: () => ({}),
    SetStackPolicy: () => ({}),
    UpdateTerminationProtection: () => ({}),
    ListStackResources: () => ({
      StackResourceSummaries: [
        { LogicalResourceId: 'Balancer', ResourceType: 'AWS::ElasticLoadBalancingV2::LoadBalancer' },
        { LogicalResourceId: 'Jobs', ResourceType: 'AWS::SQS::Queue' },
        { LogicalResourceId: 'HttpFunction', ResourceType: 'AWS::Lambda::Function' },
      ],
    }),
    ...more,
  } as never);
}

t.test('what is removed or replaced has to be allowed by name', async (t) => {
  const here = stackWith([REMOVED, REPLACED, change('Remove', 'Fn', 'Lambda::Function')]);
  await t.rejects(deploy(here.session, { ...DEPLOYMENT, allowRemoval: ['Other'] }, EMITTED), {
    name: 'DeployError',
    message: [
      'Balancer (AWS::ElasticLoadBalancingV2::LoadBalancer) would be removed: --allowRemoval Balancer lets that happen',
      'Jobs (AWS::SQS::Queue) would be replaced: --allowRemoval Jobs lets that happen',
      'stack omega was not changed',
    ].join('\n'),
  });
  t.equal(here.names().at(-1), 'DeleteChangeSet', 'nothing is left');
  t.same(here.asked, [], 'nobody is asked');
  t.equal(here.session.undo, undefined);
});

t.test('allowed by name, it is run', async (t) => {
  const here = stackWith([REMOVED, REPLACED]);
  const result = await deploy(here.session, { ...DEPLOYMENT, allowRemoval: ['Jobs', 'Balancer'] }, EMITTED);
  t.match(result, { result: 'updated' });
  t.match(here.inputOf('ExecuteChangeSet'), { ClientRequestToken: /^[0-9a-f-]{36}$/ });
  t.notOk(here.names().includes('SetStackPolicy'), 'the stage is not protected');
});

t.test('what counts as a loss', async (t) => {
  const cases: [Change, unknown][] = [
    [change('Add', 'A', 'S3::Bucket'), undefined],
    [change('Modify', 'A', 'S3::Bucket', { Replacement: 'False' }), undefined],
    [change('Modify', 'A', 'S3::Bucket', { Replacement: 'Conditional' }), 'maybe replaced'],
    [change('Remove', 'A', 'S3::Bucket', { PolicyAction: 'Retain' }), undefined],
    [change('Remove', 'A', 'RDS::DBInstance', { PolicyAction: 'Snapshot' }), 'removed'],
    [
      change('Modify', 'A', 'S3::Bucket', { Replacement: 'True', PolicyAction: 'ReplaceAndRetain' }),
      undefined,
    ],
    [
      change('Modify', 'A', 'DynamoDB::Table', { Replacement: 'True', PolicyAction: 'ReplaceAndDelete' }),
      'replaced',
    ],
    [change('Remove', 'A', 'Route53::RecordSet'), 'removed'],
    [change('Remove', 'A', 'Lambda::Function'), undefined],
    // A rolling update.
    [change('Modify', 'A', 'AutoScaling::AutoScalingGroup', { Replacement: 'Conditional' }), undefined],
    [
      change('Modify', 'A', 'AutoScaling::AutoScalingGroup', {
        ...{ Replacement: 'Conditional', Details: [{ Target: { RequiresRecreation: 'Always' } }] },
      }),
      'maybe replaced',
    ],
  ];
  for (const [given, what] of cases) t.equal(removalsOf([given])[0]?.what, what, JSON.stringify(given));
  t.ok(isGuarded('AWS::RDS::DBCluster'));
  t.notOk(isGuarded('AWS::SQS::QueuePolicy'));
});

t.test(
  'a protected stage: guarded after the update, and the policy steps aside for what is allowed',
  async (t) => {
    const here = stackWith([REMOVED]);
    const guarded = { ...DEPLOYMENT, protect: true, allowRemoval: ['Balancer'] };
    t.match(await deploy(here.session, guarded, EMITTED), { result: 'updated' });
    const calls = here.names().filter((name) => /^(Set|Execute|UpdateT)/.test(name));
    t.same(calls, [
      'SetStackPolicy',
      'ExecuteChangeSet',
      'SetStackPolicy',
      'SetStackPolicy',
      'UpdateTerminationProtection',
    ]);
    const policies = here.calls
      .filter(({ name }) => name === 'SetStackPolicy')
      .map(({ input }) => JSON.parse(input.StackPolicyBody as string).Statement);
    t.match(policies[0], [
      { Effect: 'Allow', Resource: '*' },
      { Effect: 'Deny', Action: ['Update:Replace', 'Update:Delete'], Resource: ['LogicalResourceId/Jobs'] },
    ]);
    t.match(policies[1][1], { Effect: 'Deny', Resource: '*' });
    t.ok(policies[1][1].Condition.StringLike.ResourceType.includes('AWS::SQS::Queue'));
    t.match(here.inputOf('UpdateTerminationProtection'), {
      EnableTerminationProtection: true,
      StackName: ID,
    });
  },
);

t.test('the policy is back after a failed update, and stays open under one that goes on', async (t) => {
  const guarded = { ...DEPLOYMENT, protect: true, allowRemoval: ['Balancer'] };
  const refused = stackWith([REMOVED], {
    ExecuteChangeSet: () => {
      throw awsError('InvalidChangeSetStatus', 'stale');
    },
  });
  await t.rejects(deploy(refused.session, guarded, EMITTED), { name: 'InvalidChangeSetStatus' });
  t.match(refused.names().slice(-4), [
    'ExecuteChangeSet',
    'DescribeChangeSet',
    'DeleteChangeSet',
    'SetStackPolicy',
  ]);

  const lost = stackWith([REMOVED], {
    DescribeStackEvents: () => {
      if (lost.names().includes('ExecuteChangeSet')) throw awsError('ExpiredToken', 'expired');
      return { StackEvents: [] };
    },
  });
  await t.rejects(deploy(lost.session, guarded, EMITTED), { name: 'ExpiredToken' });
  t.equal(lost.names().filter((name) => name === 'SetStackPolicy').length, 1);
  t.match(lost.said.at(-1), /policy lets Balancer go until the next app provision/);
});

t.test('a stack that cannot be guarded is told of, and an unprotected stage is left alone', async (t) => {
  const Changes = [change('Add', 'A', 'SQS::Queue')];
  const denied = stackWith(Changes, {
    SetStackPolicy: () => {
      throw awsError('AccessDenied', 'not allowed', 403);
    },
  });
  await t.rejects(deploy(denied.session, { ...DEPLOYMENT, protect: true }, EMITTED), {
    message: /^the stack is deployed, but its protection could not be set: access denied/,
  });
  const plain = stackWith(Changes);
  await deploy(plain.session, { ...DEPLOYMENT, protect: false }, EMITTED);
  t.notOk(plain.names().some((name) => /^(Set|UpdateT)/.test(name)));
});

t.test('a refused ExecuteChangeSet: a fresh look tells what is true', async (t) => {
  const throttled = () => {
    throw awsError('ThrottlingException', 'Rate exceeded');
  };
  const Changes = [change('Add', 'A', 'SQS::Queue')];
  const idle = stackWith(Changes, { ExecuteChangeSet: throttled });
  await t.rejects(deploy(idle.session, DEPLOYMENT, EMITTED), { name: 'ThrottlingException' });
  t.same(
    [idle.session.interrupted, idle.names().at(-1)],
    ['', 'DeleteChangeSet'],
    'it does not run, and is gone',
  );

  const runs = stackWith(Changes, {
    ExecuteChangeSet: throttled,
    DescribeChangeSet: () => ({
      ...{ Status: 'CREATE_COMPLETE', Changes },
      ExecutionStatus: runs.names().includes('ExecuteChangeSet') ? 'EXECUTE_IN_PROGRESS' : 'AVAILABLE',
    }),
  });
  t.match(await deploy(runs.session, DEPLOYMENT, EMITTED), { result: 'updated' });
  t.ok(runs.said.some((line) => /Rate exceeded: the change set runs all the same/.test(line)));
});

t.test('what fails before anything runs takes the change set back', async (t) => {
  const failing = stackWith([change('Add', 'A', 'SQS::Queue')], {
    DescribeStackEvents: () => {
      throw awsError('ExpiredToken', 'expired');
    },
  });
  await t.rejects(deploy(failing.session, DEPLOYMENT, EMITTED), { name: 'ExpiredToken' });
  t.equal(failing.names().at(-1), 'DeleteChangeSet');

  const unanswered = stackWith([], {
    CreateChangeSet: () => {
      throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    },
  });
  await t.rejects(deploy(unanswered.session, DEPLOYMENT, EMITTED), { message: 'reset' });
  t.equal(unanswered.names().at(-1), 'DeleteChangeSet', 'the answer may have got lost, not the change set');
});

t.test('the preview: values, replacements, direction of the cost', async (t) => {
  const detail = (Path: string, BeforeValue?: string, AfterValue?: string, more = {}) => ({
    Target: { Attribute: 'Properties', Path, BeforeValue, AfterValue, ...more },
  });
  const long = `#!/bin/bash ${'x'.repeat(100)}`;
  const lines = changeLines([
    REMOVED,
    change('Modify', 'HttpFunction', 'Lambda::Function', {
      ...{ Scope: ['Properties'], Replacement: 'False' },
      Details: [
        detail('/Properties/MemorySize', '512', '1024'),
        detail('/Properties/MemorySize', '512', '1024'),
      ],
    }),
    change('Modify', 'Jobs', 'SQS::Queue', {
      Replacement: 'True',
      Details: [detail('/Properties/QueueName', undefined, 'jobs', { RequiresRecreation: 'Always' })],
    }),
    change('Modify', 'LaunchTemplate', 'EC2::LaunchTemplate', {
      Details: [detail('/Properties/UserData', `${long}old`, `${long}new`)],
    }),
    change('Add', 'Live', 'Lambda::Alias', {
      AfterContext: '{"Properties":{"ProvisionedConcurrencyConfig":{"ProvisionedConcurrentExecutions":"2"}}}',
    }),
    change('Modify', 'Bare', 'SNS::Topic', { Scope: ['Tags'], Details: [{ Target: { Attribute: 'Tags' } }] }),
  ]);
  t.same(lines, [
    'ACTION  RESOURCE        TYPE                                       HOW',
    'Remove  Balancer        AWS::ElasticLoadBalancingV2::LoadBalancer',
    'Modify  HttpFunction    AWS::Lambda::Function                      Properties',
    '    Properties.MemorySize: 512 → 1024',
    'Modify  Jobs            AWS::SQS::Queue                            replaced',
    '    Properties.QueueName: (none) → jobs  (replaces it)',
    'Modify  LaunchTemplate  AWS::EC2::LaunchTemplate',
    `    Properties.UserData: …${'x'.repeat(12)}old → …${'x'.repeat(12)}new`,
    'Add     Live            AWS::Lambda::Alias',
    'Modify  Bare            AWS::SNS::Topic                            Tags',
    'cost: less: load balancer Balancer is removed',
    'cost: more: memory of a function, MB of HttpFunction, 512 → 1024',
    'cost: more: provisioned concurrency of Live, 2, is added',
  ]);
});

t.test('the role of CloudFormation goes with the change set and the deletion, tokens as well', async (t) => {
  const roleArn = 'arn:aws:iam::123456789012:role/cfn';
  const here = stackWith([change('Add', 'A', 'SQS::Queue')]);
  await deploy(here.session, { ...DEPLOYMENT, roleArn }, EMITTED);
  t.match(here.inputOf('CreateChangeSet'), { RoleARN: roleArn, ClientToken: /^[0-9a-f-]{36}$/ });
  await deploy(here.session, DEPLOYMENT, EMITTED);
  t.notOk(Object.hasOwn(here.calls.findLast(({ name }) => name === 'CreateChangeSet')!.input, 'RoleARN'));

  let turn = 0;
  const removal = scripted({
    DescribeStackEvents: () => ({
      StackEvents: [
        { EventId: `${turn++}`, StackId: ID, PhysicalResourceId: ID, ResourceStatus: 'DELETE_COMPLETE' },
      ],
    }),
    DeleteStack: () => ({}),
  });
  const stack = {
    ...{ StackName: 'omega', StackId: ID, StackStatus: 'CREATE_COMPLETE' as const },
    CreationTime: new Date(0),
  };
  await removeStack(removal.session, stack, { retained: [] }, roleArn);
  t.match(removal.inputOf('DeleteStack'), { RoleARN: roleArn, ClientRequestToken: /^[0-9a-f-]{36}$/ });
});

t.test('values that are asked for with the change set, on every page of it', async (t) => {
  const pages: Record<string, object> = {
    first: { Status: 'CREATE_COMPLETE', Changes: [change('Add', 'A', 'SNS::Topic')], NextToken: 'more' },
    more: { Status: 'CREATE_COMPLETE', Changes: [REMOVED] },
  };
  const here = stackWith([], {
    DescribeChangeSet: ({ NextToken = 'first' }: { NextToken?: string }) => pages[NextToken],
  } as never);
  await t.rejects(deploy(here.session, DEPLOYMENT, EMITTED), { message: /^Balancer / });
  const asked = here.calls.filter(({ name }) => name === 'DescribeChangeSet');
  t.same(
    asked.map(({ input }) => input.IncludePropertyValues),
    [true, true],
  );
});
