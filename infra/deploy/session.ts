import type { Aws } from './aws.ts';

/** What the steps of a command share: AWS, and the person at the terminal. */
export interface Session {
  readonly aws: Aws;
  /** A line of progress. */
  readonly say: (line: string) => void;
  /** Asks before anything that cannot be taken back; false leaves everything as it is. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** What to tell if the person breaks off from now on. */
  interrupted: string;
}
