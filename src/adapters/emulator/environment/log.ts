import { LOG_TAIL_BYTES } from '../../../aws/limits.ts';
import { Gathered } from '../../../core/index.ts';

const LF = 0x0a;

/** The last bytes of what is written to it. */
export class Tail {
  #parts: Buffer[] = [];
  #length = 0;

  write(data: Buffer): void {
    this.#parts.push(data);
    this.#length += data.length;
    if (this.#length > 4 * LOG_TAIL_BYTES) this.#trim();
  }

  /** Ends a line that is not ended. */
  newLine(): void {
    const last = this.#parts.at(-1);
    if (last && last.at(-1) !== LF) this.write(Buffer.from([LF]));
  }

  get bytes(): Buffer {
    this.#trim();
    return this.#parts[0] ?? Buffer.alloc(0);
  }

  #trim(): void {
    // A copy: a view would keep the whole buffer that it looks into.
    const all = Buffer.from(Buffer.concat(this.#parts).subarray(-LOG_TAIL_BYTES));
    this.#parts = [all];
    this.#length = all.length;
  }
}

const LONGEST_LINE = 64 * 1024;

/** Passes on whole lines, so that those of two processes never mix. */
export class Lines {
  readonly #write: (lines: Buffer) => void;
  readonly #rest = new Gathered();

  constructor(write: (lines: Buffer) => void) {
    this.#write = write;
  }

  push(data: Buffer): void {
    const end = data.lastIndexOf(LF) + 1;
    if (end > 0) this.#pass(data.subarray(0, end));
    this.#rest.add(data.subarray(end));
    if (this.#rest.length > LONGEST_LINE) this.flush();
  }

  flush(): void {
    if (this.#rest.length > 0) this.#pass(Buffer.from('\n'));
  }

  #pass(end: Buffer): void {
    this.#write(this.#rest.length > 0 ? this.#rest.add(end) : end);
    this.#rest.clear();
  }
}

/** The log of one environment: its output goes on in whole lines, and into the tail of what runs in it. */
export class EnvironmentLog {
  readonly #write: (lines: Buffer) => void;
  readonly #lines: Lines;
  readonly #tails = new Set<Tail>();
  readonly #init = new Tail();
  /** Bytes that the process has written so far. */
  received = 0;

  constructor(write: (lines: Buffer) => void) {
    this.#write = write;
    this.#lines = new Lines(write);
    this.#tails.add(this.#init);
  }

  /** What the process has written. */
  output(data: Buffer): void {
    this.received += data.length;
    this.#lines.push(data);
    for (const tail of this.#tails) tail.write(data);
  }

  /** The end of the log of the start. */
  get init(): Buffer {
    return this.#init.bytes;
  }

  begin(requestId: string): Tail {
    this.#tails.delete(this.#init);
    const tail = new Tail();
    this.#tails.add(tail);
    this.note(tail, `START RequestId: ${requestId} Version: $LATEST\n`);
    return tail;
  }

  /** A line of the platform. */
  note(tail: Tail, text: string): void {
    this.#lines.flush();
    const data = Buffer.from(text);
    this.#write(data);
    tail.newLine();
    tail.write(data);
  }

  end(tail: Tail, report: Report): Buffer {
    this.note(tail, endLines(report));
    this.#tails.delete(tail);
    return tail.bytes;
  }

  close(): void {
    this.#lines.flush();
  }
}

export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  readonly memoryMB: number;
  readonly peakMemoryMB: number | undefined;
  /** Only of an environment's first invocation. */
  readonly initMs: number | undefined;
  readonly status: 'success' | 'error' | 'timeout';
  readonly errorType: string | undefined;
}

/** Lambda's END and REPORT lines. */
function endLines(report: Report): string {
  const { requestId, durationMs, memoryMB, peakMemoryMB, initMs, status, errorType } = report;
  const parts = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
    `Memory Size: ${memoryMB} MB`,
    ...(peakMemoryMB === undefined ? [] : [`Max Memory Used: ${peakMemoryMB} MB`]),
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
    ...(status === 'success' ? [] : [`Status: ${status}`]),
    ...(status === 'error' && errorType ? [`Error Type: ${errorType}`] : []),
  ];
  return `END RequestId: ${requestId}\n${parts.join('\t')}\n`;
}
