import type { Child } from './child.ts';
import type { Snapshot } from './protocol.ts';

/** So long a process may take to tell what it has counted; then counts what it told before, ms. */
const ANSWER_MS = 1_500;

/** What the processes have counted. That of those which have ended counts on: sums never fall. */
export class Counts {
  readonly #alive: ReadonlySet<Child>;
  readonly #fold: ((snapshots: readonly Snapshot[]) => Promise<Snapshot>) | undefined;
  #ended: Promise<Snapshot> = Promise.resolve([]);
  #questions = 0;

  constructor(
    alive: ReadonlySet<Child>,
    fold: ((snapshots: readonly Snapshot[]) => Promise<Snapshot>) | undefined,
  ) {
    this.#alive = alive;
    this.#fold = fold;
  }

  /** For a process that has ended. */
  keep({ snapshot }: Child): void {
    if (this.#fold === undefined || snapshot.length === 0) return;
    const fold = this.#fold;
    this.#ended = this.#ended.then((ended) => fold([ended, snapshot]));
    // Who asks next is told.
    this.#ended.catch(() => {});
  }

  /** Asks all and tells the one that asked. */
  async tell(asking: Child, id: number): Promise<void> {
    const question = ++this.#questions;
    await Promise.all([...this.#alive].map((child) => child.collect(question, ANSWER_MS)));
    const ended = await this.#ended;
    asking.say({
      type: 'amphi:all',
      id,
      snapshots: [ended, ...[...this.#alive].map(({ snapshot }) => snapshot)],
    });
  }
}
