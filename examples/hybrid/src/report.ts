import { setTimeout as sleep } from 'node:timers/promises';

export interface ReportOptions {
  readonly rows: number;
  /** Between two rows, for what a real report waits for. */
  readonly delayMs?: number;
  readonly signal: AbortSignal;
}

/** Rows of CSV as they are made; stops when the signal aborts. */
export async function* reportRows({ rows, delayMs = 0, signal }: ReportOptions): AsyncGenerator<string> {
  yield 'row,square\n';
  for (let row = 1; row <= rows; row++) {
    signal.throwIfAborted();
    if (delayMs > 0) await sleep(delayMs, undefined, { signal });
    yield `${row},${row * row}\n`;
  }
}
