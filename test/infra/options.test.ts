import t from 'tap';
import { emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { defaultsOf, withDefaults } from '../../infra/topology/defaults.ts';
import { helpText } from '../../infra/topology/describe-option.ts';
import { CIDR } from '../../infra/topology/forms.ts';
import { TOPOLOGY_OPTIONS } from '../../infra/topology/options/index.ts';
import { tableProblems } from '../../infra/topology/problems.ts';
import { defineOptions, type FlagsOf, type OptionsOf } from '../../infra/topology/rows.ts';
import { DEFAULT_PORT } from '../../src/adapters/supervisor/index.ts';
import { SAMPLE } from './sample.ts';

const TABLE = defineOptions({
  name: { kind: 'text', form: CIDR, required: true, help: 'The range' },
  size: { kind: 'whole', min: 1, max: 9, default: 3, help: 'How many' },
  mode: {
    kind: 'choice',
    values: ['fast', 'safe'],
    meanings: { safe: 'slow' },
    needs: [{ when: 'safe', option: 'size', value: '3', why: 'it counts' }],
    help: 'How',
  },
  verbose: { kind: 'switch', needs: ['mode'], excludes: ['pairs'], help: 'Say more' },
  pairs: { kind: 'pairs', flag: 'pair', check: () => ['never'], help: 'Pairs' },
  hidden: { kind: 'list', flag: false, form: CIDR, help: 'No flag' },
});

// One row is all that types need; each line fails to compile when a derivation is lost.
const OPTIONS: OptionsOf<typeof TABLE> = { name: 'x', size: 1, mode: 'fast', verbose: true, hidden: ['y'] };
const FLAGS: FlagsOf<typeof TABLE> = { name: 'x', size: '1', pair: ['a=b'], verbose: true };
// @ts-expect-error: a required option is missing
const LACKING: OptionsOf<typeof TABLE> = { size: 1 };
// @ts-expect-error: no such value
const WRONG: OptionsOf<typeof TABLE> = { name: 'x', mode: 'other' };
// @ts-expect-error: an option without a flag is no flag
const NO_FLAG: FlagsOf<typeof TABLE> = { hidden: ['x'] };
const BAD_NEED = () =>
  // @ts-expect-error: the row needs an option that the table does not have
  defineOptions({ a: { kind: 'switch', needs: ['nowhere'], help: '' } });
const RETENTION: TopologyOptions['logRetentionDays'] = 14;
// @ts-expect-error: not one of CloudWatch's values
const NO_RETENTION: TopologyOptions['logRetentionDays'] = 8;

t.test('types follow from rows', async (t) => {
  t.same(tableProblems(TABLE, OPTIONS), [
    '--name "x" is not an IPv4 range such as 10.0.0.0/16',
    'hidden "y" is not an IPv4 range such as 10.0.0.0/16',
  ]);
  t.match(FLAGS, { pair: ['a=b'] });
  t.same(tableProblems(TABLE, LACKING), ['--name is missing']);
  t.match(tableProblems(TABLE, WRONG)[1], '--mode "other" is none of fast, safe');
  t.match(NO_FLAG, { hidden: ['x'] });
  t.same(tableProblems(BAD_NEED(), { a: true }), ['--a needs --nowhere']);
  t.same(
    [RETENTION, NO_RETENTION].map((days) => TOPOLOGY_OPTIONS.logRetentionDays.values.includes(days!)),
    [true, false],
  );
});

t.test('validation follows from rows, under any name', async (t) => {
  const label = (name: string) => `stages.prod.${name}`;
  const options = { name: '10.0.0.0/8', size: 10, mode: 'safe', verbose: true, pairs: {} };
  t.same(tableProblems(TABLE, options, label), [
    'stages.prod.size 10 is not a whole number from 1 to 9',
    'never',
    'stages.prod.mode safe needs stages.prod.size 3: it counts',
    'stages.prod.verbose cannot go with stages.prod.pairs',
  ]);
  t.same(tableProblems(TABLE, { name: '10.0.0.0/8', verbose: false, mode: 'fast' }), []);
});

t.test('help follows from rows', async (t) => {
  t.same(
    Object.values(TABLE).map((row) => helpText(TABLE, row)),
    [
      'The range (required)',
      'How many, 1 to 9 (default 3)',
      'How: fast or safe (slow)',
      'Say more; needs --mode',
      'Pairs, NAME=value; repeatable',
      'No flag; repeatable',
    ],
  );
});

t.test('defaults follow from rows, and fill what is absent or undefined', async (t) => {
  t.same(defaultsOf(TABLE), { size: 3 });
  t.same(withDefaults(TABLE, { size: undefined, mode: 'fast' }), { size: 3, mode: 'fast' });
  t.equal(withDefaults(TABLE, { size: 9 }).size, 9);
});

t.test('the defaults of a topology are values that it takes', async (t) => {
  const { service: _, ...sample } = SAMPLE;
  const needed = { alb: 'internal', trustProxy: ['10.0.0.0/16'] };
  const defaults = defaultsOf(TOPOLOGY_OPTIONS);
  t.same(tableProblems(TOPOLOGY_OPTIONS, { ...sample, ...needed, ...defaults }), []);
  t.equal(defaults.port, DEFAULT_PORT);
  t.equal(
    emitTopology({ ...SAMPLE, ...defaults, ec2Weight: undefined, lambdaWeight: undefined }).templateText,
    emitTopology(SAMPLE).templateText,
  );
});
