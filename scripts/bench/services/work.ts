import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What both contenders do for a message: wait for up to WORK_MS, fail for poison, and tell WORK_LOG of it. */
export interface Task {
  readonly n: number;
  readonly poison?: boolean;
}

const { WORK_LOG, WORK_MS = '0' } = process.env;
const longest = Number(WORK_MS);

export async function work({ n, poison = false }: Task): Promise<void> {
  if (longest > 0) await sleep(Math.random() * longest);
  if (poison) throw new Error(`task ${n} is poison`);
  if (WORK_LOG) appendFileSync(WORK_LOG, `${n}\n`);
}
