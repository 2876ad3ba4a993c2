import type { Parameter } from '@aws-sdk/client-cloudformation';
import t from 'tap';
import { type Deployment, deploy } from '../../../infra/deploy/index.ts';
import { emitTopology, type TopologyOptions } from '../../../infra/index.ts';
import { flaggedParameters } from '../../../infra/topology/flagged-parameters.ts';
import { UBUNTU } from '../../../infra/topology/images.ts';
import { SAMPLE } from '../sample.ts';
import { BALANCED, SHIFTED } from '../variants.ts';
import { awsError, scripted } from './scripted.ts';

const ID = 'arn:aws:cloudformation:eu-test-1:1:stack/omega/1';
const NETWORK = { VpcId: 'vpc-1', SubnetIds: 'subnet-1', AlbSubnetIds: 'subnet-1,subnet-2' };

/** A stack as its last deployment left it, with the template that this one had. */
interface Before {
  readonly options: TopologyOptions;
  /** Values beside the defaults, by name. */
  readonly values?: Readonly<Record<string, string>>;
  /** What CloudFormation found behind the path of the image. */
  readonly image?: string;
  readonly status?: string;
}

/** What a deployment would send as parameters: `undefined` for the template's default, `'(kept)'` for what is there. */
async function sent(
  options: TopologyOptions,
  more: Partial<Deployment> = {},
  before?: Before,
): Promise<{ get(name: string): string | undefined; said: string[] }> {
  const { template } = emitTopology(options);
  const here = scripted(
    {
      DescribeStacks: () => {
        if (before === undefined) throw awsError('ValidationError', 'Stack with id omega does not exist');
        return { Stacks: [stackOf(before)] };
      },
      GetTemplateSummary: () => summaryOf(before!),
      CreateChangeSet: () => ({ Id: 'change-set-1', StackId: ID }),
      DescribeChangeSet: () => ({ Status: 'FAILED', StatusReason: 'No updates are to be performed' }),
      DeleteChangeSet: () => ({}),
    },
    [],
  );
  const deployment: Deployment = {
    ...{ stack: 'omega', service: 'Omega Service', slug: 'omega-service', bucket: 'my-artifacts', tags: {} },
    ...{ parameters: {}, flagged: flaggedParameters({ ...options }) },
    ...more,
  };
  await deploy(here.session, deployment, { ...emitTopology(options), template });
  const parameters = here.inputOf('CreateChangeSet')!.Parameters as Parameter[];
  const values = new Map(
    parameters.map((entry) => [entry.ParameterKey, entry.UsePreviousValue ? '(kept)' : entry.ParameterValue]),
  );
  return { get: (name) => values.get(name), said: here.said };
}

function stackOf({ options, values = {}, image, status = 'UPDATE_COMPLETE' }: Before) {
  const Parameters = Object.entries(emitTopology(options).template.Parameters).map(([name, { Default }]) => ({
    ParameterKey: name,
    ParameterValue: values[name] ?? String(Default ?? NETWORK[name as keyof typeof NETWORK]),
    ...(name === 'ImageId' ? { ResolvedValue: image } : {}),
  }));
  const Tags = [{ Key: 'amphi:service', Value: 'Omega Service' }];
  return { StackName: 'omega', StackId: ID, StackStatus: status, Parameters, Tags };
}

function summaryOf({ options }: Before) {
  return {
    Parameters: Object.entries(emitTopology(options).template.Parameters).map(
      ([name, { Type, Default }]) => ({
        ...{ ParameterKey: name, ParameterType: Type, DefaultValue: Default?.toString() },
      }),
    ),
  };
}

t.test('a flag that is given wins over a value that the stack has from --parameter', async (t) => {
  const options = { ...SHIFTED, key: 'ops', sshCidr: '10.1.0.0/16', appCidr: '10.0.0.0/16' };
  const values = {
    AppCidr: '0.0.0.0/0',
    Ec2Weight: '1',
    LambdaWeight: '2',
    KeyName: 'old',
    SshCidr: '1.2.3.4/32',
  };
  const { get } = await sent(options, {}, { options: { ...SHIFTED, key: 'x' }, values });
  const names = ['AppCidr', 'SshCidr', 'KeyName', 'Ec2Weight', 'LambdaWeight'];
  t.same(names.map(get), ['10.0.0.0/16', '10.1.0.0/16', 'ops', '90', '10']);
  t.equal(get('VpcId'), '(kept)');

  const left = await sent(SAMPLE, {}, { options: SAMPLE, values: { AppCidr: '0.0.0.0/0' } });
  t.equal(left.get('AppCidr'), '(kept)', 'without the flag it stays');
  const flagged = { ...SAMPLE, appCidr: '10.0.0.0/16' };
  const closed = await sent(SAMPLE, {}, { options: flagged });
  t.equal(closed.get('AppCidr'), undefined, 'a flag left out is closed again');
});

t.test('every option that stands behind a parameter of the template is known as such', async (t) => {
  const options = { ...SHIFTED, key: 'ops', sshCidr: '10.1.0.0/16', appCidr: '10.0.0.0/16' };
  const { Parameters } = emitTopology(options).template;
  const changed = Object.entries(Parameters).filter(([name, { Default }]) => {
    const { key: _, ...plain } = BALANCED;
    const before = emitTopology({ ...plain, appCidr: undefined! }).template.Parameters[name];
    return Default !== before?.Default;
  });
  t.same(
    Object.keys(flaggedParameters({ ...options })).sort(),
    changed.map(([name]) => name).sort(),
    'those whose default an option changes',
  );
});

t.test(
  'values that cannot work are refused by their flag, all at once and before anything is made',
  async (t) => {
    const refused = async (parameters: Record<string, string>, options = SAMPLE, before?: Before) => {
      const all = before ? parameters : { VpcId: 'vpc-1', SubnetIds: 'subnet-1', ...parameters };
      const error = await sent(options, { parameters: all }, before).catch((problem) => problem);
      return error.message?.split('\n');
    };
    t.same(await refused({ MinSize: '5', Nope: '1', MaxSize: '1', RootDevice: 'sda1', AppCidr: 'x' }), [
      `--parameter Nope: it is none of ${Object.keys(emitTopology(SAMPLE).template.Parameters).join(', ')}`,
      '--parameter MaxSize=1: it must be 2 at least',
      '--parameter RootDevice=sda1: The name of a device, such as /dev/sda1',
      '--parameter AppCidr=x: An IPv4 range such as 10.0.0.0/16, or nothing',
      '--parameter MinSize=5 is above MaxSize=1: give --parameter MaxSize too',
      `--parameter RootDevice=sda1: that of ${UBUNTU} is /dev/sda1`,
    ]);
    t.same(await refused({ MinSize: '3' }), [
      '--parameter MinSize=3 is above MaxSize=2: give --parameter MaxSize too',
    ]);
    t.same(
      await refused({ MinSize: '3' }, SAMPLE, { options: SAMPLE, values: { MaxSize: '4' } }),
      undefined,
      'the kept value counts',
    );
    t.same(
      await refused({ MaxSize: '4' }, SAMPLE, { options: SAMPLE, values: { MinSize: '5', MaxSize: '6' } }),
      ['--parameter MinSize=5 is above MaxSize=4: give --parameter MaxSize too'],
    );
    t.same(await refused({ AppCidr: '10.0.0.0/8' }, { ...SAMPLE, appCidr: '10.0.0.0/16' }), [
      '--parameter AppCidr and --appCidr are the same: give one of them',
    ]);
    t.same(await refused({ LambdaWeight: '0', AlbSubnetIds: 'a' }, BALANCED, undefined), undefined);
    t.same(await refused({ Ec2Weight: '0', AlbSubnetIds: 'a' }, BALANCED, undefined), [
      '--ec2Weight and --lambdaWeight are both 0: nothing would take the traffic',
    ]);
    t.same(await refused({ ImageId: '/aws/service/bottlerocket/x' }), [
      '--parameter ImageId=/aws/service/bottlerocket/x is neither an Ubuntu nor a Debian image',
    ]);
  },
);

const IMAGE = 'ami-0123456789abcdef0';

t.test('an update stays on the image that the stack runs on, whatever its path names by now', async (t) => {
  const before = { options: SAMPLE, image: IMAGE };
  const { get, said } = await sent({ ...SAMPLE, memorySize: 1024 }, {}, before);
  t.equal(get('PinnedImageId'), IMAGE);
  t.ok(said.includes(`the instances stay on image ${IMAGE}; --renewImage takes the newest`));

  const pinned = { options: SAMPLE, image: 'ami-newer', values: { PinnedImageId: IMAGE } };
  t.equal((await sent(SAMPLE, {}, pinned)).get('PinnedImageId'), '(kept)');
  t.equal((await sent(SAMPLE, { renewImage: true }, pinned)).get('PinnedImageId'), '', 'renewed on demand');
  t.equal((await sent(SAMPLE, { renewImage: true }, before)).get('PinnedImageId'), undefined);
  const given = { parameters: { PinnedImageId: 'ami-0aaaaaaaaaaaaaaaa' } };
  t.equal((await sent(SAMPLE, given, pinned)).get('PinnedImageId'), 'ami-0aaaaaaaaaaaaaaaa');
  t.equal((await sent(SAMPLE, { parameters: { ...NETWORK_OF_SAMPLE } })).get('PinnedImageId'), undefined);
});

const NETWORK_OF_SAMPLE = { VpcId: 'vpc-1', SubnetIds: 'subnet-1' };

t.test('another path is another image, and the same one given again is not', async (t) => {
  const debian = '/aws/service/debian/release/12/latest/amd64';
  const pinned = { options: SAMPLE, image: 'ami-newer', values: { PinnedImageId: IMAGE } };
  const other = await sent(SAMPLE, { parameters: { ImageId: debian } }, pinned);
  t.same([other.get('ImageId'), other.get('PinnedImageId')], [debian, '']);
  t.equal(other.get('RootDevice'), '/dev/xvda', 'its root device follows');
  const back = { ...pinned, values: { ...pinned.values, ImageId: debian, RootDevice: '/dev/xvda' } };
  const again = await sent(SAMPLE, { parameters: { ImageId: debian } }, back);
  t.same([again.get('PinnedImageId'), again.get('RootDevice')], ['(kept)', '(kept)']);
  const ubuntu = await sent(SAMPLE, { parameters: { ImageId: UBUNTU } }, back);
  t.same([ubuntu.get('PinnedImageId'), ubuntu.get('RootDevice')], ['', '/dev/sda1']);
  const own = { parameters: { ImageId: '/my/image', RootDevice: '/dev/xvda' } };
  t.equal(
    (await sent(SAMPLE, own, pinned)).get('RootDevice'),
    '/dev/xvda',
    'one of your own has what you say',
  );
});
