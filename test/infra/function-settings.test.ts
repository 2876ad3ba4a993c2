import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { createRegistry } from '../../src/core/index.ts';
import { findProgram, skipWithout } from './tools.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:failed';
const BASE: TopologyOptions = {
  ...{ s3Bucket: 'my-artifacts', s3Key: 'omega/app.zip', environment: { AA: '1', BB: '1' } },
  service: {
    ...{ name: 'omega', version: '1.0.0', functions: ['work', 'other'], hasRoutes: true },
    handlers: {
      work: { runOn: 'lambda', lambda: { memorySize: 2048, environment: { BB: '2' }, onFailure: QUEUE } },
      other: { runOn: 'lambda', invokes: ['work', 'other'] },
    },
    triggers: { work: { type: 'schedule', expression: 'rate(1 hour)' } as never },
  },
};

function resourcesOf(options: Partial<TopologyOptions>) {
  const { Resources } = emitTopology({ ...BASE, ...options }).template;
  const properties = (name: string) => Resources[name]?.Properties as Record<string, never>;
  return { Resources, properties };
}

t.test('settings at the handler, and of the stage over them', async (t) => {
  const functions = {
    work: {
      ...{
        timeout: 900,
        reservedConcurrency: 5,
        retries: 0,
        maxEventAge: 60,
        tracing: true,
        logRetentionDays: 7,
      },
      ...{ logLevel: 'DEBUG' as const, environment: { CC: '3' } },
    },
    http: { memorySize: 128, subnetIds: ['subnet-01234567'], securityGroupIds: ['sg-01234567'] },
  } as const;
  const { properties } = resourcesOf({ functions });
  t.match(properties('WorkFunction'), {
    ...{ MemorySize: 2048, Timeout: 900, ReservedConcurrentExecutions: 5, TracingConfig: { Mode: 'Active' } },
    ...{ LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG' } },
    Environment: { Variables: { AA: '1', BB: '2', CC: '3' } },
  });
  t.match(properties('WorkFunctionLogs'), { RetentionInDays: 7 });
  t.match(properties('WorkFunctionInvocations'), {
    ...{ Qualifier: '$LATEST', MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
    DestinationConfig: { OnFailure: { Destination: QUEUE } },
  });
  const policies = JSON.stringify(properties('WorkFunctionRole'));
  t.match(policies, /"xray:PutTraceSegments"/);
  t.match(policies, `"Action":["sqs:SendMessage"],"Resource":["${QUEUE}"]`);
  t.match(properties('HttpFunction'), {
    MemorySize: 128,
    Timeout: 30,
    Environment: { Variables: { BB: '1' } },
  });
  t.match(properties('HttpFunction'), { VpcConfig: { SubnetIds: ['subnet-01234567'] } });
  t.match(JSON.stringify(properties('HttpFunctionRole')), 'ec2:CreateNetworkInterface');
  t.match(properties('OtherFunction'), { MemorySize: 512, VpcConfig: undefined });
  t.notMatch(JSON.stringify(properties('OtherFunctionRole')), 'xray');
});

t.test(
  'provisioned concurrency: everything calls the alias of a version that follows the function',
  async (t) => {
    const functions = { work: { provisionedConcurrency: 3 }, http: { provisionedConcurrency: 2 } };
    const { Resources, properties } = resourcesOf({ functions, functionUrl: 'open' });
    const version = Object.keys(Resources).find((name) => name.startsWith('WorkFunctionVersion'))!;
    t.match(properties('WorkFunctionAlias'), {
      ...{ Name: 'live', FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] } },
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 3 },
    });
    const alias = { Ref: 'WorkFunctionAlias' };
    t.match(properties('WorkTriggerRule'), { Targets: [{ Arn: alias }] });
    t.match(properties('WorkTriggerPermission'), { FunctionName: alias });
    t.match(properties('WorkFunctionInvocations'), { Qualifier: 'live' });
    t.match(JSON.stringify(properties('OtherFunction')), '"Ref":"WorkFunctionAlias"');
    t.match(properties('HttpFunctionUrl'), {
      Qualifier: 'live',
      TargetFunctionArn: { 'Fn::GetAtt': ['HttpFunction', 'Arn'] },
    });
    t.match(properties('HttpFunctionUrlPermission'), { FunctionName: { Ref: 'HttpFunctionAlias' } });
    t.notMatch(JSON.stringify(properties('OtherFunctionPolicy')), 'Alias', 'who calls itself is no alias');
    const changed = resourcesOf({
      functions: { work: { provisionedConcurrency: 3, timeout: 60 } },
    }).Resources;
    t.notOk(Object.hasOwn(changed, version), 'another function is another version');
  },
);

t.test('what is wrong is told with the function', async (t) => {
  const functions = {
    nobody: {},
    work: { memorySize: 1, speed: 9, onFailure: 'arn:aws:s3:::bucket' },
    http: { retries: 3, subnetIds: ['subnet-01234567'] },
  };
  t.throws(() => emitTopology({ ...BASE, functions: functions as never }), {
    message: [
      'functions.nobody: there is no such function',
      'functions.work: there is no option speed',
      'functions.work.memorySize 1 is not a whole number from 128 to 10240',
      'functions.work.onFailure "arn:aws:s3:::bucket" is not the ARN of a queue, topic, function or event bus',
      'functions.http.retries 3 is not a whole number from 0 to 2',
      'functions.http.subnetIds needs functions.http.securityGroupIds',
    ].join('\n'),
  });
  const registry = createRegistry({ name: 'omega' });
  t.throws(
    () => registry.function('work', { lambda: 1 as never }, () => {}),
    /function work: lambda must be an object/,
  );
  t.throws(() => registry.get('/', { lambda: {} } as never, () => ''), /GET \/: there is no option lambda/);
});

t.test('160 functions fit; the error beyond names the limit', async (t) => {
  const many = (count: number) => {
    const functions = Array.from({ length: count }, (_, n) => `f${n}`);
    const service = { name: 'omega', version: '1', functions, hasRoutes: true };
    return emitTopology({ ...BASE, service, alb: 'internal', trustProxy: ['10.0.0.0/16'] }).template;
  };
  const { Resources, Outputs } = many(160);
  t.ok(Object.keys(Resources).length <= 500);
  t.ok(Object.keys(Outputs).length <= 200);
  t.throws(() => many(200), /the template has \d+ Resources; CloudFormation allows 500/);
});

t.test('cfn-lint finds nothing', { skip: skipWithout('cfn-lint') }, async (t) => {
  const functions = {
    work: { provisionedConcurrency: 3, reservedConcurrency: 5, tracing: true, retries: 1, logLevel: 'WARN' },
    http: { provisionedConcurrency: 1 },
  } as const;
  const file = join(t.testdir(), 'template.json');
  writeFileSync(
    file,
    emitTopology({ ...BASE, functions, functionUrl: 'open', httpApi: 'open' }).templateText,
  );
  const { stdout, status } = spawnSync(findProgram('cfn-lint')!, ['-r', 'us-east-1', '--', file], {
    encoding: 'utf8',
  });
  t.equal(status, 0, stdout);
});
