import type { FromMember, FromParent, Listening, MemberInit, Snapshot } from './protocol.ts';
import { isOurs, MEMBER_VARIABLE } from './protocol.ts';

/** How long the parent may take to gather what all processes have counted, ms. */
const GATHER_MS = 4_000;

/** This process as one of several that share a port: what it and its parent say to each other. */
export class Member {
  /** From 1; that of a process that takes its place is the same. */
  readonly number: number;
  /** Known once another process listens; before, the port as it was asked for. */
  readonly port: number | undefined;
  readonly #asked = new Map<number, (snapshots: readonly Snapshot[]) => void>();
  #questions = 0;
  #collect: (() => Promise<Snapshot>) | undefined;
  #stop: ((atOnce: boolean) => void) | undefined;
  /** Whether it was told to stop before anybody could hear. */
  #told = false;

  private constructor({ number, port }: MemberInit) {
    this.number = number;
    this.port = port;
    process.on('message', (message) => {
      if (isOurs<FromParent>(message)) this.#hear(message);
    });
  }

  /** @returns `undefined` in a process that is alone */
  static ofProcess(env: NodeJS.ProcessEnv): Member | undefined {
    const { [MEMBER_VARIABLE]: init } = env;
    // Not for processes that this one starts.
    delete env[MEMBER_VARIABLE];
    return init && process.send !== undefined ? new Member(JSON.parse(init)) : undefined;
  }

  /** @param stop is called when the parent says so, again when it is to end at once */
  onStop(stop: (atOnce: boolean) => void): void {
    this.#stop = stop;
    if (this.#told) stop(false);
  }

  listens(port: number, about: Listening): void {
    this.#say({ type: 'amphi:listening', port, about });
  }

  /** Its readiness probes pass. */
  ready(): void {
    this.#say({ type: 'amphi:ready' });
  }

  /** @param collect what this process has counted */
  onCollect(collect: () => Promise<Snapshot>): void {
    this.#collect = collect;
  }

  /** What all processes have counted, those that have ended included. */
  gather(): Promise<readonly Snapshot[]> {
    const id = ++this.#questions;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#asked.delete(id);
        reject(new Error('the other processes did not tell their metrics in time'));
      }, GATHER_MS);
      this.#asked.set(id, (snapshots) => {
        clearTimeout(late);
        resolve(snapshots);
      });
      this.#say({ type: 'amphi:metrics', id });
    });
  }

  /** Hands over what this process has counted, before it ends. */
  async leave(): Promise<void> {
    if (this.#collect === undefined) return;
    const snapshot = await this.#collect();
    await new Promise<void>((done) => this.#say({ type: 'amphi:last', snapshot }, done));
  }

  #hear(message: FromParent): void {
    if (message.type === 'amphi:stop') {
      this.#told = true;
      this.#stop?.(message.atOnce);
    } else if (message.type === 'amphi:collect') {
      const { id } = message;
      this.#collect?.().then((snapshot) => this.#say({ type: 'amphi:collected', id, snapshot }));
    } else {
      this.#asked.get(message.id)?.(message.snapshots);
      this.#asked.delete(message.id);
    }
  }

  /** A parent that has gone hears nothing: then this process is about to end too. */
  #say(message: FromMember, done = () => {}): void {
    if (process.connected) process.send!(message, undefined, undefined, () => done());
    else done();
  }
}
