import type { Aws } from './aws.ts';

/** What the steps of a command share: AWS, and the user at the terminal. */
export interface Session {
  readonly aws: Aws;
  /** A line of progress. */
  readonly say: (line: string) => void;
  /** Asks before anything that cannot be undone; false leaves everything as it is. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** What goes on in AWS if this process ends now, by Ctrl-C or an error; empty when nothing does. */
  interrupted: string;
  /** What stays changed if this process ends now, and until when. */
  stays?: string | undefined;
  /** Takes back what is prepared and not begun, where there is such a thing. @returns what stays, `''` for nothing */
  undo?: (() => Promise<string>) | undefined;
  /** This process has been told to end: nothing more is begun. */
  ending?: boolean;
}
