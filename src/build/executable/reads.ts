import type { Metafile } from 'esbuild';

let builds = 0;

/** What a build reads, as its parts tell while it runs: `inputs.ts` makes of it what the next build has to look at. */
export class Reads {
  /** Sets this build apart from earlier ones of the same process. */
  readonly build: number;
  /** Of each bundle but the main one. */
  readonly metafiles: Metafile[] = [];
  /** Files, and folders that were read with all below them. */
  readonly trees = new Set<string>();
  /** Hash of what each embedded module became. */
  readonly embedded = new Map<string, string>();
  /** Something ran that reads what it likes, so that nobody knows what a change of the output may come from. */
  traceable = true;

  constructor() {
    builds += 1;
    this.build = builds;
  }
}
