import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:cluster';
import { relayLines } from './lines.ts';
import { type FromMember, type FromParent, isOurs, type Listening, type Snapshot } from './protocol.ts';

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** When it could not even be started. */
  readonly error?: Error;
}

/** What a process says unasked. */
export interface Hearer {
  listens(port: number): void;
  /** It wants what all have counted. */
  metrics(id: number): void;
}

/** One of the processes, as its parent sees it. */
export class Child {
  readonly number: number;
  readonly #worker: Worker;
  readonly #process: ChildProcess;
  readonly #hearer: Hearer;
  readonly #answers = new Map<number, () => void>();
  readonly #listens = Promise.withResolvers<boolean>();
  readonly #ready = Promise.withResolvers<boolean>();
  /** `true` once it takes requests, `false` when it ended before. */
  readonly listens: Promise<boolean> = this.#listens.promise;
  /** The same once its readiness probes pass. */
  readonly ready: Promise<boolean> = this.#ready.promise;
  readonly ended: Promise<End>;
  /** Where it listens, once it does. */
  listening: Listening | undefined;
  /** Whether it was told to end. */
  stopping = false;
  /** What it had counted when it was asked last. */
  snapshot: Snapshot = [];

  constructor(number: number, worker: Worker, hearer: Hearer) {
    this.number = number;
    this.#worker = worker;
    this.#process = worker.process;
    this.#hearer = hearer;
    this.ended = this.#watch();
    void this.ended.then(() => {
      this.#listens.resolve(false);
      this.#ready.resolve(false);
    });
    // The process tells it as well.
    worker.on('error', () => {});
    worker.on('message', (message: unknown) => {
      if (isOurs<FromMember>(message)) this.#hear(message);
    });
    if (this.#process.stdout) relayLines(this.#process.stdout, process.stdout);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** @param atOnce once it was told before: cuts its drain short */
  stop(atOnce: boolean): void {
    this.stopping = true;
    this.say({ type: 'amphi:stop', atOnce });
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** Brings `snapshot` up to date; of a process that does not answer in time it stays as it was. */
  collect(id: number, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(late);
        this.#answers.delete(id);
        resolve();
      };
      const late = setTimeout(done, ms);
      this.#answers.set(id, done);
      void this.ended.then(done);
      this.say({ type: 'amphi:collect', id });
    });
  }

  say(message: FromParent): void {
    // One that ends at this moment does not hear it, and needs not.
    if (this.#process.connected) this.#worker.send(message, undefined, () => {});
  }

  #hear(message: FromMember): void {
    if (message.type === 'amphi:listening') {
      this.listening = message.about;
      this.#hearer.listens(message.port);
      this.#listens.resolve(true);
    } else if (message.type === 'amphi:ready') {
      this.#ready.resolve(true);
    } else if (message.type === 'amphi:metrics') {
      this.#hearer.metrics(message.id);
    } else {
      this.snapshot = message.snapshot;
      if (message.type === 'amphi:collected') this.#answers.get(message.id)?.();
    }
  }

  #watch(): Promise<End> {
    return new Promise((resolve) => {
      this.#process.once('error', (error) => {
        // Also said when a message could not be sent: only a failed start ends it here.
        if (this.pid === undefined) resolve({ code: null, signal: null, error });
      });
      // When its last lines have been read.
      this.#process.once('close', (code, signal) => resolve({ code, signal }));
    });
  }
}
