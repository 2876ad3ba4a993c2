import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Take } from './front.ts';

/** How the service is started, each time anew. */
export interface Program {
  /** Node.js flags, main module, command and its flags. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** The most of standard error that an error page shows, characters. */
const TOLD = 16_384;
/** A generation that is over may end its requests within that, ms. */
const LAST_MS = 5_000;

/** One process of the service, from a change of a file to the next. */
export class Generation {
  readonly #child: ChildProcess;
  #told = '';
  #retired = false;
  /** Resolves to `true` once it takes connections, to `false` when it ended before. */
  readonly ready: Promise<boolean>;
  readonly ended: Promise<number>;

  constructor({ args, env }: Program) {
    this.#child = spawn(process.execPath, args, {
      env,
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      // Ctrl-C is for the parent, which tells when to end.
      detached: true,
    });
    this.#child.stderr!.on('data', (piece: Buffer) => {
      process.stderr.write(piece);
      this.#told = (this.#told + String(piece)).slice(-TOLD);
    });
    this.ended = once(this.#child, 'close').then(([code, signal]) => (signal === null ? Number(code) : 128));
    const taking = new Promise<boolean>((resolve) => {
      this.#child.on('message', (message) => message === 'ready' && resolve(true));
    });
    this.ready = Promise.race([taking, this.ended.then(() => false)]);
  }

  /** The last that it wrote to standard error. */
  get told(): string {
    return this.#told;
  }

  /** Whether it was told to end. */
  get retired(): boolean {
    return this.#retired;
  }

  /** Hands it a connection, which this process is then rid of. */
  readonly take: Take = (socket) => {
    if (!this.#child.connected) return void socket.destroy();
    this.#child.send('connection', socket, (error) => error && socket.destroy());
  };

  /** Requests under way may end, idle connections are closed at once. */
  retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    if (this.#child.connected) this.#child.send('retire', () => {});
    else this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), LAST_MS);
    void this.ended.then(() => clearTimeout(late));
  }
}
