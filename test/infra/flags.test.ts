import t from 'tap';
import yargs from 'yargs';
import { emitTopology } from '../../infra/index.ts';
import {
  type TopologyFlags,
  topologyOptions,
  withTopologyFlags,
} from '../../src/cli/commands/topology-flags.ts';
import { createRegistry } from '../../src/core/index.ts';
import { BY_DNS, SECURE, SHIFTED, STREAMED } from './variants.ts';

const service = createRegistry({ name: 'omega', version: '1.2.3' })
  .get('/', () => 'x')
  .freeze();

function options(...argv: string[]) {
  const parser = withTopologyFlags(yargs(argv)).strict().exitProcess(false);
  const stage = { name: undefined, settings: {} };
  return topologyOptions(parser.parseSync() as unknown as TopologyFlags, stage, service, {});
}

const BASE = ['--s3Bucket', 'my-artifacts', '--s3Key', 'omega/app-0123.zip'];

t.test('every option has its flag, and the flags reach the template', async (t) => {
  // Streaming goes with no load balancer: its flag is tested separately.
  const { service: _, stream: __, ...entries } = { ...SECURE, ...STREAMED, ...SHIFTED, ...BY_DNS };
  const argv = Object.entries(entries).flatMap(([flag, value]) =>
    [value].flat().flatMap((one) => (one === true ? [`--${flag}`] : [`--${flag}`, String(one)])),
  );
  const parsed = options(...argv);
  t.match(parsed, entries);
  const direct = emitTopology({ ...entries, service: parsed.service });
  t.equal(emitTopology(parsed).templateText, direct.templateText);
  t.match(options(...BASE, '--functionUrl', 'iam', '--stream'), { functionUrl: 'iam', stream: true });
});

t.test('what is not given stays unset, so that the defaults are those of infra', async (t) => {
  const parsed = options(...BASE);
  t.same(
    emitTopology(parsed).templateText,
    emitTopology({
      service: parsed.service,
      s3Bucket: 'my-artifacts',
      s3Key: 'omega/app-0123.zip',
    }).templateText,
  );
});

t.test('what is no number is refused as it was given', async (t) => {
  const given = options(...BASE, '--alb', 'internal', '--trustProxy', '10.0.0.0/16', '--ec2Weight', '9O');
  t.throws(() => emitTopology(given), { message: '--ec2Weight "9O" is not a whole number from 0 to 100' });
  t.throws(() => emitTopology(options(...BASE, '--logRetentionDays', '8')), {
    message: /^--logRetentionDays 8 is none of/,
  });
  t.throws(() => emitTopology(options(...BASE, '--httpApi', 'iam', '--httpApi', 'open')), {
    message: '--httpApi is given 2 times',
  });
});
