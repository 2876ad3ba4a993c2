import t from 'tap';
import { neededUploads, recordDeployment, withArtifact } from '../../../infra/deploy/index.ts';
import { emitTopology, type Template } from '../../../infra/index.ts';
import { SAMPLE } from '../sample.ts';
import { awsError, scripted } from './scripted.ts';

const [OLD, NEW] = ['a'.repeat(64), 'b'.repeat(64)];
const keyOf = (sha256: string) => `omega/${sha256}.zip`;
const emit = (sha256: string, version: string) =>
  emitTopology({
    ...{ ...SAMPLE, service: { ...SAMPLE.service, version } },
    ...{ s3Key: keyOf(sha256), sha256, logs: true, environment: { NOTE: 'see my-artifacts' } },
    functions: { hello: { provisionedConcurrency: 2 } },
  }).template;
const target = { time: '', key: keyOf(OLD), sha256: OLD, version: '1.0.0' };

t.test('a rolled back template is what the earlier deployment has emitted', async (t) => {
  const back = withArtifact(emit(NEW, '2.0.0'), target);
  const expected = emit(OLD, '1.0.0');
  t.same(back, expected);
  const versions = Object.keys(back.Resources).filter((name) => /Version[0-9a-f]{8}$/.test(name));
  t.equal(versions.length, 1);
  t.notOk(emit(NEW, '2.0.0').Resources[versions[0]!], 'a version of its own is published');
});

t.test('only the whole key is replaced', async (t) => {
  const template = emit(NEW, '2.0.0');
  Object.assign(template, {
    Metadata: { Amphi: { S3Bucket: 'my-artifacts', S3Key: 'app.zip', Service: 'S', Version: '1' } },
  });
  const Properties = {
    key: 'app.zip',
    arn: { 'Fn::Sub': 'arn:aws:s3:::my-artifacts/app.zip' },
    script: "KEY='app.zip'",
    other: ['my-app.zip', 'app.zip.old', 'other/app.zip', 'app.zip/x'],
  };
  template.Resources.Mine = { Type: 'X', Properties };
  t.same(withArtifact(template, { time: '', key: 'v1.zip' }).Resources.Mine!.Properties, {
    ...{ key: 'v1.zip', arn: { 'Fn::Sub': 'arn:aws:s3:::my-artifacts/v1.zip' }, script: "KEY='v1.zip'" },
    other: Properties.other,
  });
});

t.test('a template that does not tell its artifact', async (t) => {
  const { Metadata: _, ...rest } = emit(NEW, '2.0.0');
  t.throws(() => withArtifact(rest as Template, target), {
    name: 'DeployError',
    message: /does not tell its artifact/,
  });
});

t.test('a deployment that cannot be noted is told, and is one all the same', async (t) => {
  const { session, said } = scripted({
    PutObject: () => {
      throw awsError('AccessDenied', 'no', 403);
    },
  });
  const metadata = { Service: 'S', Version: '1', S3Bucket: 'b', S3Key: 'k' };
  await recordDeployment(session, 'omega', 'omega', metadata);
  t.match(said, [/^the deployment is not in the history that app rollback reads: access denied/]);
});

t.test('without a look at the other stacks nothing is deleted', async (t) => {
  const here = scripted({
    DescribeStacks: () => {
      throw awsError('AccessDenied', 'no', 403);
    },
  });
  await t.rejects(neededUploads(here.session.aws, 'b', 'S', 'omega', 'omega'), { name: 'AccessDenied' });

  const stacks = [
    {
      StackName: 'omega',
      StackId: '1',
      StackStatus: 'CREATE_COMPLETE',
      Tags: [{ Key: 'amphi:service', Value: 'S' }],
    },
    {
      StackName: 'prod',
      StackId: '2',
      StackStatus: 'CREATE_COMPLETE',
      Tags: [{ Key: 'amphi:service', Value: 'S' }],
    },
    {
      StackName: 'gone',
      StackId: '3',
      StackStatus: 'DELETE_COMPLETE',
      Tags: [{ Key: 'amphi:service', Value: 'S' }],
    },
    { StackName: 'foreign', StackId: '4', StackStatus: 'CREATE_COMPLETE', Tags: [] },
  ];
  const pages: Record<string, object> = {
    first: { Stacks: stacks.slice(0, 2), NextToken: 'more' },
    more: { Stacks: stacks.slice(2) },
  };
  const { session } = scripted({
    DescribeStacks: ({ NextToken = 'first' }: { NextToken?: string }) => pages[NextToken],
    GetTemplate: () => ({ TemplateBody: JSON.stringify({ a: `x/${keyOf(NEW)}` }) }),
    ListObjectsV2: () => ({ Contents: [{ Key: 'omega/deployments/prod/1.json' }] }),
    GetObject: () => ({
      Body: { transformToString: async () => JSON.stringify({ time: '2026', key: keyOf(OLD) }) },
    }),
  } as never);
  t.same(await neededUploads(session.aws, 'b', 'S', 'omega', 'omega'), [['prod', [keyOf(NEW), keyOf(OLD)]]]);
});
