import { spawn } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { type WorkLoad, workOff } from '../../../scripts/bench/work-off.ts';
import { nodeCommand } from '../../support/node.ts';

const SERVICE = join(import.meta.dirname, '../../../scripts/bench/services/amphi.ts');

function run(load: Partial<WorkLoad>) {
  const whole = { messages: 1000, poison: 5, kills: 0, killMs: 0, faults: false, limitMs: 90_000, ...load };
  return workOff(whole, ({ queueArn, endpoint, log }) => {
    const flags = [
      '--visibilityTimeout',
      '3',
      '--waitTime',
      '1',
      '--healthPort',
      '0',
      '--endpointUrl',
      endpoint,
    ];
    const [command, ...args] = nodeCommand(SERVICE, 'worker', '--queue', `work=${queueArn}`, ...flags);
    const env = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', WORK_LOG: log, WORK_MS: '5' };
    return spawn(command, args, { env, stdio: 'ignore' });
  });
}

// Side by side: each waits most of its time.
const undisturbed = run({ faults: true });
const killed = run({ faults: true, kills: 3, killMs: 1500 });

t.test('1,000 messages beside dropped, throttled, failed and slow calls', async (t) => {
  const outcome = await undisturbed;
  t.comment(JSON.stringify(outcome));
  t.equal(outcome.lost, 0);
  t.equal(outcome.beyond, 0);
  t.ok(outcome.dead >= 5, 'poison is in the dead-letter queue');
  t.ok(outcome.faults > 10);
});

t.test('the same, and the worker is killed three times', async (t) => {
  const outcome = await killed;
  t.comment(JSON.stringify(outcome));
  t.equal(outcome.lost, 0);
  t.equal(outcome.beyond, 0);
  t.ok(outcome.twice <= outcome.redelivered);
  t.ok(outcome.dead >= 5);
});
