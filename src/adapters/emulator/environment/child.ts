import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Reaper } from './reaper.ts';

/** How a process ended; `error` when it could not even be started. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: Error;
}

/** How long output may still come after the end, held open by a process that left the group. */
const LAST_OUTPUT_MS = 250;

const alive = new Set<Child>();
const reaper = new Reaper();

/** One process of the executable in Lambda mode, leader of its own process group. */
export class Child {
  readonly #process: ChildProcess;
  /** Settles when the process has ended and its output has been read. */
  readonly exited: Promise<Exit>;
  #memoryMB: number | undefined;

  constructor(command: readonly string[], env: NodeJS.ProcessEnv, onOutput: (data: Buffer) => void) {
    const [program, ...args] = command as [string, ...string[]];
    // A group of its own: Ctrl-C in a terminal would reach it before we can stop it in order, and
    // what it has started dies with it.
    this.#process = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    // First of all: without descriptors for its pipes a process has no streams, and its error is told later.
    this.exited = this.#watch();
    if (this.pid === undefined) return;
    alive.add(this);
    reaper.add(this.pid);
    killAllAtExit();
    for (const stream of [this.#process.stdout!, this.#process.stderr!]) stream.on('data', onOutput);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Signals the whole group. */
  kill(signal: NodeJS.Signals): void {
    if (alive.has(this)) this.#signal(signal);
  }

  /** Largest resident memory so far, MB; the last known when it has ended. */
  peakMemoryMB(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, 'latin1');
      const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
      if (kilobytes !== undefined) this.#memoryMB = Math.ceil(Number(kilobytes) / 1024);
    } catch {
      // Ended, or no Linux.
    }
    return this.#memoryMB;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // Nobody is left.
    }
  }

  #watch(): Promise<Exit> {
    return new Promise((resolve) => {
      this.#process.once('error', (error) => {
        // Also said when a signal could not be sent: only a failed start ends it here.
        if (this.pid !== undefined) return;
        resolve({ code: null, signal: null, error });
      });
      this.#process.once('exit', (code, signal) => {
        this.#signal('SIGKILL');
        alive.delete(this);
        reaper.remove(this.pid!);
        const timer = setTimeout(() => resolve({ code, signal }), LAST_OUTPUT_MS);
        this.#process.once('close', () => {
          clearTimeout(timer);
          resolve({ code, signal });
        });
      });
    });
  }
}

let installed = false;

/** A crash of the emulator must leave no process behind; after SIGKILL the reaper sees to it. */
function killAllAtExit(): void {
  if (installed) return;
  installed = true;
  process.on('exit', () => {
    for (const child of alive) child.kill('SIGKILL');
  });
}
