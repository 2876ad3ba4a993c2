import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { SAMPLES } from '../../../src/adapters/lambda/sources/samples/index.ts';
import { buildService } from '../../../src/build/executable/service.ts';
import { buildEvent } from '../../support/events.ts';
import { noBoot, runBooted } from './booted.ts';
import { debianRoot } from './debian.ts';

const AWS = join(import.meta.dirname, 'placed-aws.ts');
const HOSTS = ['s3', 'sqs', 'cloudformation'].map((service) => `${service}.us-east-1.amazonaws.com`);
const MESSAGES = 20;

t.setTimeout(480_000);

t.test(
  'handlers on both sides: deployed to moto, and the instance booted',
  { skip: noBoot('aws') },
  async (t) => {
    const root = await debianRoot();
    if ('reason' in root) {
      t.plan(0, root.reason);
      return;
    }
    const dir = t.testdir({ out: {} });
    const entry = join(import.meta.dirname, 'placed/main.ts');
    const built = await buildService({ entry, outDir: join(dir, 'out'), name: 'app', compression: 1 });
    const tick = await SAMPLES.schedule!.load();
    const order = buildEvent('alb', { method: 'POST', path: '/order', body: '{"ordered":"in Lambda"}' });
    writeFileSync(join(dir, 'tick.json'), JSON.stringify(tick));
    writeFileSync(join(dir, 'order.json'), JSON.stringify(order));
    for (let first = 0; first < MESSAGES; first += 10) {
      const entries = Array.from({ length: 10 }, (_, at) => ({
        ...{ Id: `m${at}`, MessageBody: JSON.stringify({ n: first + at }) },
      }));
      writeFileSync(join(dir, `orders-${first}.json`), JSON.stringify(entries));
    }
    const args = [AWS, root.path, String(MESSAGES)];
    const { status, output, read } = await runBooted(dir, 'placed.sh', {
      ...{ hosts: HOSTS, app: built.executable.path, args },
    });
    t.equal(
      status,
      0,
      `placed.sh ran to its end\n${output}\n${read('log')}\n${read('worker-log').slice(-3000)}`,
    );
    t.equal(read('code'), '0\n', 'the user-data ended well');

    const resources = read('resources').split('\n');
    for (const made of [
      'ReportQueue AWS::SQS::Queue',
      'TickQueue AWS::SQS::Queue',
      'HttpFunction AWS::Lambda::Function',
    ])
      t.ok(resources.includes(made), made);
    t.notOk(
      resources.some((line) => /^(Report|Tick|Orders)Function/.test(line)),
      'what runs on instances is no function',
    );

    t.match(
      read('programs'),
      /placed:placed-server\s+(STARTING|RUNNING)[\s\S]*placed:placed-worker\s+(STARTING|RUNNING)/,
    );
    t.equal(read('where'), 'an instance in us-east-1');
    const { statusCode, body } = JSON.parse(read('ordered'));
    t.equal(statusCode, 200);

    const seen = read('seen')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { requestId } = JSON.parse(body);
    t.strictSame(
      seen.filter(({ id }) => id === requestId),
      [{ report: { ordered: 'in Lambda' }, id: requestId }],
    );
    t.strictSame(
      seen.filter(({ tick: rule }) => rule),
      [{ tick: (tick as { resources: string[] }).resources[0] }],
    );
    const orders = seen.flatMap(({ order: n }) => (n === undefined ? [] : [n]));
    t.strictSame(
      orders.toSorted((a, b) => a - b),
      [...Array(MESSAGES).keys()],
      'each order once',
    );
    for (const program of ['worker', 'server']) {
      const [first, second, ms] = read(`${program}-pids`).trim().split(' ');
      t.not(second, first, `the ${program} comes back`);
      t.comment(`${program} back ${ms} ms after kill -9`);
    }
    t.match(read('stop'), /placed-worker: stopped/);
  },
);
