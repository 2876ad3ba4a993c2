import type { Logger } from '../../core/index.ts';
import type { Snapshot } from './protocol.ts';

export interface ProcessesOptions {
  /** How many, at least 2. */
  readonly processes: number;
  /** Script and its arguments that a process runs. */
  readonly script: string;
  readonly args: readonly string[];
  /** Flags of Node.js. */
  readonly nodeFlags: readonly string[];
  /** How long a process may take to end, ms; then it is killed. */
  readonly stopMs: number;
  readonly logger: Logger;
  /** Adds up what ended processes have counted; without it nobody asks for metrics. */
  readonly fold?: ((snapshots: readonly Snapshot[]) => Promise<Snapshot>) | undefined;
}
