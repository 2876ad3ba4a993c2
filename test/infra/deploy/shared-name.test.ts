// CloudFormation has one stack, with one id, for one name: what a run has prepared may stand in the stack of another.
import t from 'tap';
import { deploy } from '../../../infra/deploy/index.ts';
import { emitTopology } from '../../../infra/index.ts';
import { SAMPLE } from '../sample.ts';
import { awsError, DEPLOYMENT, scripted } from './scripted.ts';

const EMITTED = emitTopology(SAMPLE);

/** Stacks and change sets as CloudFormation keeps them, shared by every run. */
class CloudFormation {
  stack: { id: string; status: string } | undefined;
  readonly changeSets = new Map<string, string>();
  readonly deleted: string[] = [];
  #count = 0;

  readonly answers = {
    DescribeStacks: ({ StackName }: { StackName?: string }) => {
      if (!this.stack || (StackName !== 'omega' && StackName !== this.stack.id)) throw this.#missing();
      const { id, status } = this.stack;
      return { Stacks: [{ StackName: 'omega', StackId: id, StackStatus: status, Tags: TAGS }] };
    },
    CreateChangeSet: ({ ChangeSetName }: { ChangeSetName?: string }) => {
      this.stack ??= { id: `arn:stack/omega/${++this.#count}`, status: 'REVIEW_IN_PROGRESS' };
      const id = `arn:changeSet/${ChangeSetName}`;
      this.changeSets.set(id, ChangeSetName!);
      return { Id: id, StackId: this.stack.id };
    },
    DescribeChangeSet: () => ({ Status: 'CREATE_COMPLETE', Changes: [] }),
    ListChangeSets: () => ({
      Summaries: [...this.changeSets].map(([ChangeSetId, ChangeSetName]) => ({ ChangeSetId, ChangeSetName })),
    }),
    DeleteChangeSet: ({ ChangeSetName }: { ChangeSetName?: string }) => {
      if (!this.changeSets.delete(ChangeSetName!)) throw awsError('ChangeSetNotFoundException', 'none');
      return {};
    },
    ExecuteChangeSet: () => {
      this.stack!.status = 'CREATE_COMPLETE';
      this.changeSets.clear();
      return {};
    },
    DescribeStackEvents: () => {
      const { id, status } = this.stack!;
      return {
        StackEvents: [{ EventId: status, StackId: id, PhysicalResourceId: id, ResourceStatus: status }],
      };
    },
    DeleteStack: ({ StackName }: { StackName?: string }) => {
      this.deleted.push(StackName!);
      this.stack = undefined;
      return {};
    },
  };

  #missing() {
    return awsError('ValidationError', 'Stack with id omega does not exist');
  }
}

const TAGS = [{ Key: 'amphi:service', Value: 'Omega Service' }];

/** A run in which the user says no, after something else has happened. */
async function declined(aws: CloudFormation, meanwhile: () => Promise<unknown> = async () => {}) {
  const here = scripted(aws.answers, []);
  const confirm = async () => {
    await meanwhile();
    return false;
  };
  const { result } = await deploy({ ...here.session, confirm }, DEPLOYMENT, EMITTED);
  t.equal(result, 'declined');
  return here;
}

t.test('declined: a new stack leaves nothing behind', async (t) => {
  const aws = new CloudFormation();
  const here = await declined(aws);
  t.same(aws.deleted, ['arn:stack/omega/1']);
  t.same([aws.stack, aws.changeSets.size], [undefined, 0]);
  t.notOk(here.names().includes('ExecuteChangeSet'));
});

t.test('declined: a stack that another run has created meanwhile stays', async (t) => {
  const aws = new CloudFormation();
  await declined(aws, () => deploy(scripted(aws.answers).session, DEPLOYMENT, EMITTED));
  t.same(aws.deleted, []);
  t.match(aws.stack, { status: 'CREATE_COMPLETE' });
});

t.test('declined: a stack in which another run has a change set stays, and so does that', async (t) => {
  const aws = new CloudFormation();
  const here = await declined(aws, async () => aws.answers.CreateChangeSet({ ChangeSetName: 'of-another' }));
  t.same(aws.deleted, []);
  t.same([...aws.changeSets.values()], ['of-another']);
  t.match(here.said.at(-1), /stack omega stays in review: another run has a change set in it/);
});

t.test('declined: an empty stack that was there before stays', async (t) => {
  const aws = new CloudFormation();
  aws.stack = { id: 'arn:stack/omega/0', status: 'REVIEW_IN_PROGRESS' };
  await declined(aws);
  t.same(aws.deleted, []);
  t.same([aws.stack.status, aws.changeSets.size], ['REVIEW_IN_PROGRESS', 0]);
});

t.test('declined: a stack of another id under the same name stays', async (t) => {
  const aws = new CloudFormation();
  await declined(aws, async () => {
    aws.changeSets.clear();
    aws.stack = { id: 'arn:stack/omega/9', status: 'REVIEW_IN_PROGRESS' };
  });
  t.same(aws.deleted, []);
  t.match(aws.stack, { id: 'arn:stack/omega/9' });
});

t.test('told to end before CloudFormation has answered: what it then made is taken back', async (t) => {
  const aws = new CloudFormation();
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const CreateChangeSet = async (input: { ChangeSetName?: string }) => {
    asked.resolve();
    await answer.promise;
    return aws.answers.CreateChangeSet(input);
  };
  // What undo has deleted, the comparison no longer finds.
  const DescribeChangeSet = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (aws.changeSets.size === 0) throw awsError('ChangeSetNotFoundException', 'none');
    return { Status: 'CREATE_IN_PROGRESS' };
  };
  const here = scripted({ ...aws.answers, CreateChangeSet, DescribeChangeSet });
  const run = deploy(here.session, DEPLOYMENT, EMITTED);
  await asked.promise;
  const left = here.session.undo!();
  answer.resolve();
  t.equal(await left, '');
  t.same([aws.stack, aws.changeSets.size], [undefined, 0]);
  await t.rejects(run, { name: 'ChangeSetNotFoundException' });
  t.notOk(here.names().includes('ExecuteChangeSet'));
});

t.test('told to end while the change set is confirmed: it is not run', async (t) => {
  const aws = new CloudFormation();
  const here = scripted(aws.answers);
  const session = { ...here.session, ending: false };
  session.confirm = async () => {
    session.ending = true;
    return true;
  };
  await t.rejects(deploy(session, DEPLOYMENT, EMITTED), { message: 'interrupted' });
  t.notOk(here.names().includes('ExecuteChangeSet'));
});

t.test('confirmed, but another run has run its change set first: its stack stays', async (t) => {
  const aws = new CloudFormation();
  const ExecuteChangeSet = () => {
    throw awsError('ChangeSetNotFoundException', 'it is obsolete');
  };
  const here = scripted({ ...aws.answers, ExecuteChangeSet });
  const confirm = async () => {
    await deploy(scripted(aws.answers).session, DEPLOYMENT, EMITTED);
    return true;
  };
  await t.rejects(deploy({ ...here.session, confirm }, DEPLOYMENT, EMITTED), {
    name: 'ChangeSetNotFoundException',
  });
  t.same(aws.deleted, []);
  t.match(aws.stack, { status: 'CREATE_COMPLETE' });
});

t.test('a removal that is refused takes back only what this run has made', async (t) => {
  const aws = new CloudFormation();
  aws.stack = { id: 'arn:stack/omega/0', status: 'CREATE_COMPLETE' };
  aws.changeSets.set('arn:changeSet/of-another', 'of-another');
  const Removed = { Action: 'Remove', LogicalResourceId: 'Jobs', ResourceType: 'AWS::SQS::Queue' };
  const DescribeChangeSet = () => ({ Status: 'CREATE_COMPLETE', Changes: [{ ResourceChange: Removed }] });
  const here = scripted({ ...aws.answers, GetTemplateSummary: () => ({}), DescribeChangeSet });
  await t.rejects(deploy(here.session, DEPLOYMENT, EMITTED), {
    message: /^Jobs \(AWS::SQS::Queue\) would be removed/,
  });
  t.same([...aws.changeSets.values()], ['of-another']);
  t.same(aws.deleted, []);
});

t.test('no answer to CreateChangeSet: what was made all the same is taken back', async (t) => {
  const aws = new CloudFormation();
  const CreateChangeSet = (input: { ChangeSetName?: string }) => {
    aws.answers.CreateChangeSet(input);
    throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  };
  // It is known by its name only.
  const DeleteChangeSet = ({ ChangeSetName }: { ChangeSetName?: string }) =>
    aws.answers.DeleteChangeSet({ ChangeSetName: `arn:changeSet/${ChangeSetName}` });
  const here = scripted({ ...aws.answers, CreateChangeSet, DeleteChangeSet });
  await t.rejects(deploy(here.session, DEPLOYMENT, EMITTED), { message: 'reset' });
  t.same([aws.stack, aws.changeSets.size], [undefined, 0]);
});
