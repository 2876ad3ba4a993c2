/** Messages that a worker works off beside faults of the queue and of the worker, and what became of them. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, SqsStandIn } from './sqs-stand-in.ts';

export interface WorkLoad {
  readonly messages: number;
  /** Messages that no handler can work off. */
  readonly poison: number;
  /** How often the worker is killed by SIGKILL, and started again. */
  readonly kills: number;
  /** Time between two kills, ms. */
  readonly killMs: number;
  /** Whether calls are dropped, throttled, failed and delayed. */
  readonly faults: boolean;
  /** Longest time for all, ms. */
  readonly limitMs: number;
}

export interface WorkOutcome {
  /** Never worked off, and not there any more. */
  readonly lost: number;
  /** Worked off once more than once, each time counted. */
  readonly twice: number;
  /** The same beyond the number of times that SQS handed the message out. */
  readonly beyond: number;
  /** Messages that SQS handed out again. */
  readonly redelivered: number;
  /** In the dead-letter queue. */
  readonly dead: number;
  readonly kills: number;
  readonly faults: number;
  /** From the start of the first worker to the last deletion. */
  readonly ms: number;
}

/** Where a worker finds its work. */
export interface WorkPlace {
  readonly queueArn: string;
  readonly queueUrl: string;
  readonly endpoint: string;
  /** The file that each task is told to. */
  readonly log: string;
}

const MAX_RECEIVES = 8;

/** @param start starts a worker */
export async function workOff(
  load: WorkLoad,
  start: (place: WorkPlace) => ChildProcess,
): Promise<WorkOutcome> {
  const sqs = new SqsStandIn();
  await sqs.listen();
  const folder = mkdtempSync(join(tmpdir(), 'work-off-'));
  const log = join(folder, 'done');
  writeFileSync(log, '');
  const deadLetters = sqs.queue('dead');
  const queue = sqs.queue('work', { maxReceiveCount: MAX_RECEIVES, deadLetters });
  for (let n = 0; n < load.messages; n++) queue.send(JSON.stringify({ n }));
  for (let n = 0; n < load.poison; n++) queue.send(JSON.stringify({ n: load.messages + n, poison: true }));
  if (load.faults) sqs.fault = randomFault;
  const queueUrl = `${sqs.endpoint}/000000000000/work`;
  const place = { queueArn: queue.arn, queueUrl, endpoint: sqs.endpoint, log };
  const began = performance.now();
  let child = start(place);
  let kills = 0;
  try {
    let killAt = began + load.killMs;
    while (queue.size > 0 && performance.now() - began < load.limitMs) {
      await sleep(2);
      if (kills >= load.kills || performance.now() < killAt) continue;
      await kill(child);
      kills++;
      child = start(place);
      killAt = performance.now() + load.killMs;
    }
    const ms = performance.now() - began;
    return {
      ...judge(load, readFileSync(log, 'utf8'), queue, deadLetters.peek()),
      kills,
      faults: sqs.faults,
      ms,
    };
  } finally {
    await kill(child);
    await sqs.close();
    rmSync(folder, { recursive: true });
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function judge(
  load: WorkLoad,
  log: string,
  queue: {
    readonly size: number;
    readonly redelivered: number;
    readonly receipts: ReadonlyMap<string, number>;
  },
  dead: readonly { readonly body: string }[],
) {
  const done = new Map<number, number>();
  for (const line of log.split('\n').filter((each) => each !== ''))
    done.set(Number(line), (done.get(Number(line)) ?? 0) + 1);
  const deadNumbers = new Set(dead.map(({ body }) => (JSON.parse(body) as { n: number }).n));
  let [lost, twice, beyond] = [queue.size, 0, 0];
  for (let n = 0; n < load.messages; n++) {
    const times = done.get(n) ?? 0;
    if (times === 0 && !deadNumbers.has(n)) lost++;
    twice += Math.max(0, times - 1);
    beyond += Math.max(0, times - (queue.receipts.get(JSON.stringify({ n })) ?? 0));
  }
  return { lost, twice, beyond, dead: dead.length, redelivered: queue.redelivered };
}

/** One call in ten fails, in all ways in turn. */
function randomFault(): Fault {
  const dice = Math.random();
  if (dice < 0.02) return 'drop before';
  if (dice < 0.04) return 'drop after';
  if (dice < 0.07) return 'throttle';
  if (dice < 0.08) return 'error';
  return dice < 0.1 ? { delayMs: 20 + Math.random() * 200 } : undefined;
}
