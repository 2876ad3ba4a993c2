import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { templateProblems } from '../../infra/template/decorate.ts';
import { optionsOf } from './placed.ts';
import { check, skipWithout } from './tools.ts';
import { PLACED, VARIANTS } from './variants.ts';

// Placements beside features: what each alone is like, template.test.ts and placement.test.ts look at.

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
const CERTIFICATE = arn('acm', 'certificate/01234567-89ab-cdef-0123-456789abcdef');
const BALANCED = { alb: 'internal', trustProxy: ['10.0.0.0/16'], appCidr: '10.0.0.0/8' } as const;

const PLACEMENTS: Readonly<Record<string, TopologyOptions>> = {
  shared: optionsOf({ work: { runOn: 'lambda' } }, { 'GET /': {}, 'POST /orders/:id': {} }),
  apart: optionsOf({ work: {} }, { 'GET /': { runOn: 'lambda' }, 'GET /files/*': { runOn: 'instances' } }),
  lambda: optionsOf({ work: { runOn: 'lambda' } }, { 'GET /': { runOn: 'lambda' } }),
  instances: optionsOf({ work: {} }, { 'GET /': { runOn: 'instances' } }),
  workers: optionsOf({ work: {}, other: { invokes: ['work'] } }),
};

const FEATURES: Readonly<Record<string, Partial<TopologyOptions>>> = {
  plain: {},
  balanced: BALANCED,
  secured: {
    ...BALANCED,
    certificateArn: CERTIFICATE,
    domainName: 'api.example.com',
    hostedZoneId: 'Z0123456789ABC',
  },
  watched: { ...BALANCED, alarmTopicArn: arn('sns', 'on-call'), dashboard: true, logs: true },
  alarmed: { alarmTopicArn: arn('sns', 'on-call'), dashboard: true },
  url: { functionUrl: 'open', appCidr: '10.0.0.0/8' },
  api: { httpApi: 'iam', appCidr: '10.0.0.0/8' },
  logs: { logs: true, ssm: true },
  secrets: { secrets: { DB: `${arn('secretsmanager', 'secret:db')}-AbCdEf`, KEY: '/shop/key' } },
  bounded: { permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary' },
  scaled: { scaleOnCpu: 50, maxSize: 4, volumeSize: 20, drainTimeout: 600 },
  kept: {
    functions: {
      work: { provisionedConcurrency: 1, tracing: true, retries: 0, onFailure: arn('sqs', 'failed') },
    },
  },
  inside: { lambdaSubnetIds: ['subnet-01234567'], lambdaSecurityGroupIds: ['sg-01234567'] },
};

/** Those that go together; the others are refused. */
function combinations(): { name: string; text: string; template: object }[] {
  return Object.entries(PLACEMENTS).flatMap(([placement, base]) =>
    Object.entries(FEATURES).flatMap(([feature, options]) => {
      try {
        const { template, templateText } = emitTopology({ ...base, ...options });
        return [{ name: `${placement}-${feature}`, text: templateText, template }];
      } catch (error) {
        if ((error as Error).name === 'ProvisionError') return [];
        throw error;
      }
    }),
  );
}

const all = combinations();

t.test('placements and features go together, or are refused', async (t) => {
  t.ok(all.length >= 40, `${all.length} combinations`);
  for (const { name, template } of all) t.same(templateProblems({ ...template }), [], name);
});

t.test('cfn-lint finds nothing in any', { skip: skipWithout('cfn-lint') }, async (t) => {
  const dir = t.testdir();
  const files = all.map(({ name, text }) => {
    writeFileSync(join(dir, `${name}.json`), text);
    return join(dir, `${name}.json`);
  });
  t.comment(`${files.length} combinations beside ${Object.keys({ ...VARIANTS, ...PLACED }).length} variants`);
  t.same(check('cfn-lint', ['-r', 'us-east-1', '--', ...files]), { status: 0, output: '' });
});
