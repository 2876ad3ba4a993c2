import t from 'tap';
import { deletionPlan, deploy, findStack, removeStack } from '../../../infra/deploy/index.ts';
import { emitTopology } from '../../../infra/index.ts';
import { SAMPLE } from '../sample.ts';
import { awsError, DEPLOYMENT, scripted } from './scripted.ts';

const ID = 'arn:aws:cloudformation:eu-test-1:1:stack/omega/1';
const EMITTED = emitTopology(SAMPLE);
const OWN = [{ Key: 'amphi:service', Value: 'Omega Service' }];

let count = 0;
const event = (ResourceStatus: string, LogicalResourceId = 'omega', ResourceStatusReason?: string) => ({
  ...{ EventId: `${count++}`, StackId: ID, ResourceStatus, LogicalResourceId, ResourceStatusReason },
  ResourceType: LogicalResourceId === 'omega' ? 'AWS::CloudFormation::Stack' : 'AWS::Some::Type',
  PhysicalResourceId: LogicalResourceId === 'omega' ? ID : `${LogicalResourceId}-1`,
  Timestamp: new Date('2026-01-02T03:04:05Z'),
});

/** Events as AWS gives them, newest first; each call knows of `step` more. */
function timeline(events: ReturnType<typeof event>[], step = 2) {
  let known = 1;
  return () => {
    const StackEvents = events.slice(0, known).reverse();
    known += step;
    return { StackEvents };
  };
}

const missing = () => {
  throw awsError('ValidationError', 'Stack with id omega does not exist');
};
const stackIn = (StackStatus: string, more: object = {}) => ({
  Stacks: [{ StackName: 'omega', StackId: ID, StackStatus, Tags: OWN, ...more }],
});
const CHANGE = {
  ResourceChange: { Action: 'Add', LogicalResourceId: 'Role', ResourceType: 'AWS::IAM::Role' },
};
const MADE = {
  CreateChangeSet: () => ({ Id: 'change-set-1', StackId: ID }),
  DescribeChangeSet: () => ({ Status: 'CREATE_COMPLETE', Changes: [CHANGE] }),
  ExecuteChangeSet: () => ({}),
  DeleteChangeSet: () => ({}),
  DeleteStack: () => ({}),
};

t.test('a failed creation: the first cause, not what was cancelled or came later', async (t) => {
  const events = [
    event('REVIEW_IN_PROGRESS'),
    event('CREATE_IN_PROGRESS'),
    event('CREATE_FAILED', 'Queue', 'Resource creation cancelled'),
    event(
      'CREATE_IN_PROGRESS',
      'Group',
      'Received FAILURE signal with UniqueId i-0abc:wait_until_ready-BACKOFF',
    ),
    event('CREATE_FAILED', 'Group', 'Received 1 FAILURE signal(s)\nout of 1'),
    event('CREATE_FAILED', 'Other', 'something else'),
    event('ROLLBACK_IN_PROGRESS'),
    event('DELETE_COMPLETE', 'Queue'),
    event('ROLLBACK_COMPLETE'),
  ];
  const here = scripted({ ...MADE, DescribeStacks: missing, DescribeStackEvents: timeline(events) });
  await t.rejects(deploy(here.session, DEPLOYMENT, EMITTED), {
    name: 'DeployError',
    message: [
      'stack omega failed and is now in ROLLBACK_COMPLETE',
      'first failure: Group (AWS::Some::Type): Received 1 FAILURE signal(s) out of 1; i-0abc: wait_until_ready-BACKOFF',
    ].join('\n'),
  });
  const lines = here.said.filter((line) => line.startsWith('03:04:05'));
  t.equal(lines.length, events.length - 1, 'every event of the operation once');
  t.match(
    lines[3],
    /^03:04:05 CREATE_FAILED +Group +AWS::Some::Type +Received 1 FAILURE signal\(s\) out of 1$/,
  );
  t.match(here.inputOf('CreateChangeSet'), {
    ChangeSetType: 'CREATE',
    Capabilities: ['CAPABILITY_IAM'],
    Parameters: [
      { ParameterKey: 'VpcId', ParameterValue: 'vpc-1' },
      { ParameterKey: 'SubnetIds', ParameterValue: 'subnet-1,subnet-2' },
    ],
    Tags: OWN,
  });
});

t.test('declined: an existing stack stays', async (t) => {
  const DescribeStacks = () => stackIn('UPDATE_COMPLETE');
  const here = scripted({ ...MADE, DescribeStacks, GetTemplateSummary: () => ({}) }, [false]);
  t.match(await deploy(here.session, DEPLOYMENT, EMITTED), { result: 'declined' });
  t.same(here.asked, ['Update stack omega in eu-test-1?']);
  t.equal(here.names().at(-1), 'DeleteChangeSet');
});

t.test('an update keeps values once given, and nothing that a flag decides', async (t) => {
  const Parameters = [
    { ParameterKey: 'VpcId', ParameterValue: 'vpc-1' },
    { ParameterKey: 'SubnetIds', ParameterValue: 'subnet-1' },
    { ParameterKey: 'AppCidr', ParameterValue: '10.0.0.0/8' },
    { ParameterKey: 'InstanceType', ParameterValue: 'm7i.large' },
  ];
  const summary = {
    Parameters: [
      { ParameterKey: 'AppCidr', DefaultValue: '10.0.0.0/8', ParameterType: 'String' },
      { ParameterKey: 'InstanceType', DefaultValue: 't3.small', ParameterType: 'String' },
    ],
  };
  const Tags = [...OWN, { Key: 'team', Value: 'a' }, { Key: 'stage', Value: 'old' }];
  const here = scripted({
    ...MADE,
    DescribeStacks: () =>
      stackIn('CREATE_COMPLETE', { Parameters, Tags, Outputs: [{ OutputKey: 'A', OutputValue: 'b' }] }),
    GetTemplateSummary: () => summary,
    DescribeStackEvents: timeline([
      event('CREATE_COMPLETE'),
      event('UPDATE_IN_PROGRESS'),
      event('UPDATE_COMPLETE'),
    ]),
  });
  const given = { ...DEPLOYMENT, parameters: { SubnetIds: 'subnet-2' }, tags: { stage: 'new' } };
  t.match(await deploy(here.session, given, EMITTED), { result: 'updated', outputs: { A: 'b' } });
  const input = here.inputOf('CreateChangeSet')!;
  t.same(input.Parameters, [
    { ParameterKey: 'VpcId', UsePreviousValue: true },
    { ParameterKey: 'SubnetIds', ParameterValue: 'subnet-2' },
    { ParameterKey: 'InstanceType', UsePreviousValue: true },
  ]);
  const tags = Object.fromEntries(
    (input.Tags as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]),
  );
  t.same(tags, { 'amphi:service': 'Omega Service', team: 'a', stage: 'new' });
});

t.test('a stack whose creation failed is deleted and created anew', async (t) => {
  let deleted = false;
  const gone = timeline([event('ROLLBACK_COMPLETE'), event('DELETE_IN_PROGRESS'), event('DELETE_COMPLETE')]);
  const born = timeline([event('REVIEW_IN_PROGRESS'), event('CREATE_IN_PROGRESS'), event('CREATE_COMPLETE')]);
  const Parameters = [{ ParameterKey: 'VpcId', ParameterValue: 'vpc-9' }];
  const here = scripted({
    ...MADE,
    DescribeStacks: () => stackIn(deleted ? 'CREATE_COMPLETE' : 'ROLLBACK_COMPLETE', { Parameters }),
    GetTemplateSummary: () => ({}),
    DescribeStackEvents: () => (deleted ? born() : gone()),
    CreateChangeSet: () => {
      deleted = true;
      return MADE.CreateChangeSet();
    },
  });
  const given = { ...DEPLOYMENT, parameters: { SubnetIds: 'subnet-2' } };
  t.match(await deploy(here.session, given, EMITTED), { result: 'created' });
  t.equal(here.asked[0], 'Delete the failed stack omega and create it anew?');
  t.ok(here.names().indexOf('DeleteStack') < here.names().indexOf('CreateChangeSet'));
  t.match(here.inputOf('CreateChangeSet'), {
    ChangeSetType: 'CREATE',
    Parameters: [{ ParameterKey: 'VpcId', ParameterValue: 'vpc-9' }, {}],
  });
});

t.test('a failed change set says why and is deleted', async (t) => {
  const refused = { Status: 'FAILED', StatusReason: 'Transform AWS::X failed' };
  const here = scripted({ ...MADE, DescribeStacks: missing, DescribeChangeSet: () => refused });
  await t.rejects(deploy(here.session, DEPLOYMENT, EMITTED), {
    message: 'the change set failed: Transform AWS::X failed',
  });
  t.same(here.names().slice(-2), ['DeleteChangeSet', 'DescribeStacks']);
});

t.test('statuses in which nothing can be done', async (t) => {
  const cases = {
    UPDATE_IN_PROGRESS: /stack omega is busy \(UPDATE_IN_PROGRESS\)/,
    ROLLBACK_FAILED: /ROLLBACK_FAILED: delete it first/,
    UPDATE_ROLLBACK_FAILED: /continue the rollback/,
    DELETE_FAILED: /look why with app status/,
  };
  for (const [status, message] of Object.entries(cases)) {
    const here = scripted({ DescribeStacks: () => stackIn(status) });
    await t.rejects(deploy(here.session, DEPLOYMENT, EMITTED), { name: 'DeployError', message });
    t.same(new Set(here.names()), new Set(['DescribeStacks']));
  }
});

t.test('a template too large for the call goes through the bucket', async (t) => {
  const filler = { Type: 'AWS::SNS::Topic', Properties: { DisplayName: 'x'.repeat(60_000) } };
  const template = { ...EMITTED.template, Resources: { ...EMITTED.template.Resources, Filler: filler } };
  const emitted = { ...EMITTED, template, templateText: JSON.stringify(template, null, 2) };
  const here = scripted(
    {
      ...MADE,
      DescribeStacks: missing,
      HeadObject: () => {
        throw awsError('NotFound', 'NotFound', 404);
      },
      PutObject: () => ({}),
    },
    [false],
  );
  await deploy(here.session, DEPLOYMENT, emitted);
  const { Key, Body } = here.inputOf('PutObject') as { Key: string; Body: Buffer };
  t.match(Key, /^omega-service\/[0-9a-f]{64}\.template\.json$/);
  t.same(JSON.parse(Body.toString()), template);
  const { TemplateURL, TemplateBody } = here.inputOf('CreateChangeSet')!;
  t.equal(TemplateURL, `https://s3.eu-test-1.amazonaws.com/my-artifacts/${Key}`);
  t.equal(TemplateBody, undefined);
});

t.test('transient failures while polling are tolerated, others end it', async (t) => {
  const events = timeline([event('REVIEW_IN_PROGRESS'), event('CREATE_COMPLETE')]);
  let turn = 0;
  const DescribeStackEvents = () => {
    if (++turn === 2) throw awsError('ThrottlingException', 'Rate exceeded');
    if (turn === 3) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    return events();
  };
  let made = false;
  const DescribeStacks = () => (made ? stackIn('CREATE_COMPLETE') : missing());
  const ExecuteChangeSet = () => {
    made = true;
  };
  const here = scripted({ ...MADE, DescribeStacks, DescribeStackEvents, ExecuteChangeSet });
  t.match(await deploy(here.session, DEPLOYMENT, EMITTED), { result: 'created' });
  t.equal(turn, 4);

  const expired = scripted({
    ...MADE,
    DescribeStacks: missing,
    DescribeStackEvents: () => {
      if (expired.names().includes('ExecuteChangeSet')) throw awsError('ExpiredToken', 'expired');
      return { StackEvents: [event('REVIEW_IN_PROGRESS')] };
    },
  });
  await t.rejects(deploy(expired.session, DEPLOYMENT, EMITTED), { name: 'ExpiredToken' });
  t.match(expired.session.interrupted, /stack omega goes on changing in AWS/, 'what goes on can be told');
});

t.test('what AWS refuses to begin does not go on, and an answer that never came is not known', async (t) => {
  const events = () => ({ StackEvents: [event('CREATE_COMPLETE')] });
  const DescribeStacks = () => stackIn('CREATE_COMPLETE');
  const run = async (error: Error) => {
    const fails = () => {
      throw error;
    };
    const answers = { ...MADE, DescribeStacks, GetTemplateSummary: () => ({}), DescribeStackEvents: events };
    const update = scripted({ ...answers, ExecuteChangeSet: fails });
    const parameters = { ...DEPLOYMENT.parameters, MaxSize: '3' };
    await t.rejects(deploy(update.session, { ...DEPLOYMENT, parameters }, EMITTED), { name: error.name });
    const removal = scripted({ ...answers, DeleteStack: fails });
    const stack = await findStack(removal.session.aws, 'omega');
    await t.rejects(removeStack(removal.session, stack!, { retained: [] }), { name: error.name });
    return [update.session.interrupted, removal.session.interrupted, update.names().at(-1)];
  };
  for (const error of [awsError('AccessDenied', 'no', 403), awsError('InvalidChangeSetStatus', 'stale')])
    t.same(await run(error), ['', '', 'DeleteChangeSet'], 'nothing goes on, and nothing is left');
  const unknown = 'it is not known whether stack omega changes: app status shows it';
  const reset = Object.assign(new Error('reset'), { name: 'Error', code: 'ECONNRESET' });
  t.same(await run(reset), [unknown, unknown, 'DescribeChangeSet'], 'a fresh look was taken');
});

t.test('delete: what stays is said before, what failed after', async (t) => {
  const template = {
    Resources: {
      Kept: { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain' },
      Fn: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Bucket: 'my-artifacts' } } },
    },
  };
  const events = [
    event('CREATE_COMPLETE'),
    event('DELETE_IN_PROGRESS'),
    event('DELETE_SKIPPED', 'Kept'),
    event('DELETE_FAILED', 'Group', 'has a dependent object'),
    event('DELETE_FAILED'),
  ];
  const answers = {
    DescribeStacks: () => stackIn('CREATE_COMPLETE'),
    GetTemplate: () => ({ TemplateBody: JSON.stringify(template) }),
    DescribeStackEvents: timeline(events),
    DeleteStack: () => ({}),
  };
  const no = scripted(answers, [false]);
  const stack = (await findStack(no.session.aws, 'omega'))!;
  const plan = await deletionPlan(no.session.aws, ID);
  t.same(plan, { retained: [['Kept', 'AWS::S3::Bucket']], bucket: 'my-artifacts' });
  t.equal(await removeStack(no.session, stack, plan), false);
  t.match(no.said.join('\n'), /stay.*\n {2}Kept {2}AWS::S3::Bucket/);
  t.notOk(no.names().includes('DeleteStack'));

  const here = scripted(answers);
  await t.rejects(removeStack(here.session, stack, plan), {
    message:
      /stack omega is not deleted and now in DELETE_FAILED\nfirst failure: Group \(AWS::Some::Type\): has a dep/,
  });
  const guarded = { ...stack, EnableTerminationProtection: true };
  await t.rejects(removeStack(here.session, guarded, plan), { message: /termination protection/ });
  const yaml = scripted({ GetTemplate: () => ({ TemplateBody: 'Resources: {}' }) });
  t.same(await deletionPlan(yaml.session.aws, ID), { retained: [] }, 'a foreign template');
});
