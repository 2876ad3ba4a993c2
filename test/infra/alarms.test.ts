import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { findProgram, skipWithout } from './tools.ts';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:on-call';

function optionsOf(functions: number, more: Partial<TopologyOptions> = {}): TopologyOptions {
  const names = ['report', ...Array.from({ length: functions }, (_, n) => `f${n}`)];
  return {
    ...{ s3Bucket: 'my-artifacts', s3Key: 'omega/app.zip', alarmTopicArn: TOPIC, dashboard: true },
    service: {
      ...{ name: 'omega', version: '1.0.0', functions: names, hasRoutes: true },
      handlers: { report: { runOn: 'instances' } },
    },
    ...more,
  };
}

interface Alarm {
  readonly Metrics: readonly { readonly Id: string; readonly Expression?: string }[];
  readonly Threshold: number;
}

function alarmsOf(options: TopologyOptions): Record<string, Alarm> {
  const { Resources } = emitTopology(options).template;
  const alarms = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
  return Object.fromEntries(alarms.map(([name, { Properties }]) => [name, Properties as Alarm]));
}

const balanced = { alb: 'internal', trustProxy: ['10.0.0.0/16'] } as const;

t.test('an alarm for each kind of trouble, all to one topic', async (t) => {
  const alarms = alarmsOf(optionsOf(2, balanced));
  t.strictSame(Object.keys(alarms).sort(), [
    ...[
      'FunctionErrors1',
      'FunctionThrottles1',
      'FunctionsSlow1',
      'ReportDeadLettersFound',
      'ReportQueueOld',
    ],
    ...['RequestsFail', 'RequestsSlow', 'UnhealthyInstances'],
  ]);
  for (const [name, alarm] of Object.entries(alarms)) {
    t.match(alarm, { AlarmActions: [TOPIC], OKActions: [TOPIC], TreatMissingData: 'notBreaching' }, name);
    const ids = alarm.Metrics.filter(({ Expression }) => !Expression).map(({ Id }) => Id);
    for (const id of ids)
      t.match(alarm.Metrics[0]!.Expression, new RegExp(`\\b${id}\\b`), `${name} counts ${id}`);
    t.ok(alarm.Metrics.length <= 10);
  }
  t.match(alarms.FunctionsSlow1?.Metrics[0], { Expression: 'MAX([100*m0/30000,100*m1/30000,100*m2/30000])' });
  t.equal(alarms.RequestsSlow?.Threshold, 3);
  t.equal(alarms.ReportQueueOld?.Threshold, 3600);
});

t.test('of many functions there are few alarms, and each function is in one of a kind', async (t) => {
  const { template } = emitTopology(optionsOf(140, { ...balanced, functions: { f7: { timeout: 10 } } }));
  t.ok(Object.keys(template.Resources).length <= 500);
  const text = JSON.stringify(
    Object.entries(template.Resources).filter(([name]) => name.startsWith('FunctionErrors')),
  );
  for (let n = 0; n < 140; n++) t.match(text, `{"Ref":"F${n}Function"}`);
  t.match(JSON.stringify(template.Resources.FunctionsSlow1), '/10000');
});

t.test('without a topic there are none, and its thresholds are refused', async (t) => {
  t.strictSame(alarmsOf(optionsOf(1, { alarmTopicArn: undefined, dashboard: false })), {});
  t.throws(
    () => emitTopology(optionsOf(1, { alarmTopicArn: undefined, alarmLatency: 5 })),
    /--alarmLatency needs --alarmTopicArn/,
  );
  t.throws(
    () => emitTopology(optionsOf(1, { alarmTopicArn: 'x' })),
    /--alarmTopicArn "x" is not the ARN of an SNS topic/,
  );
});

t.test('the dashboard is JSON once its expressions are resolved', async (t) => {
  const { Resources } = emitTopology(optionsOf(2, balanced)).template;
  const { DashboardBody } = Resources.Dashboard!.Properties as {
    DashboardBody: { 'Fn::Join': [string, (string | object)[]] };
  };
  const text = DashboardBody['Fn::Join'][1]
    .map((part) => (typeof part === 'string' ? part : 'resolved'))
    .join('');
  const { widgets } = JSON.parse(text) as {
    widgets: { properties: { title: string; metrics: unknown[][] } }[];
  };
  t.strictSame(
    widgets.map(({ properties }) => properties.title.split(':')[0]),
    [
      'Lambda',
      'Lambda',
      'Lambda',
      'Lambda',
      'Load balancer',
      'Load balancer',
      'Instances',
      'Instances',
      'Queues',
      'Queues',
      'Queues',
    ],
  );
  for (const { properties } of widgets) t.ok(properties.metrics.length > 0, properties.title);
});

t.test('cfn-lint finds nothing', { skip: skipWithout('cfn-lint') }, async (t) => {
  for (const options of [optionsOf(12, balanced), optionsOf(1)]) {
    const file = join(t.testdir(), 'template.json');
    writeFileSync(file, emitTopology(options).templateText);
    const { stdout, status } = spawnSync(findProgram('cfn-lint')!, ['-r', 'us-east-1', '--', file], {
      encoding: 'utf8',
    });
    t.equal(status, 0, stdout);
  }
});
