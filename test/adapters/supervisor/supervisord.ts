import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  fullSupervisordConfig,
  type SupervisorOptions,
  supervisorConfig,
} from '../../../src/adapters/supervisor/index.ts';

const run = promisify(execFile);

/** As on a server: nothing of the test runner's own environment (NODE_OPTIONS) reaches the program. */
const CLEAN = { PATH: process.env.PATH, PYTHONUTF8: '1' };

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Polls until `check` gives something other than `undefined`; throws `what` after `ms`. */
export async function until<T>(what: string, ms: number, check: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    const value = await check();
    if (value !== undefined) return value;
    await sleep(50);
  }
  throw new Error(`not within ${ms} ms: ${what}`);
}

/** Where the programs are; `launcher` is what starts supervisord in its place, as a command with its first arguments. */
export interface Programs {
  readonly supervisord: string;
  readonly supervisorctl: string;
  readonly launcher?: readonly [string, ...string[]];
}

/** A private supervisord with one program or the sections of several, driven through a socket in its own folder. */
export class Supervisord {
  readonly #conf: string;
  readonly #log: string;
  readonly #programs: Programs;
  #child: ChildProcess | undefined;

  constructor(dir: string, programs: Programs, options: SupervisorOptions | string) {
    this.#programs = programs;
    this.#conf = join(dir, 'supervisord.conf');
    this.#log = join(dir, 'supervisord.log');
    const conf = fullSupervisordConfig({
      socket: join(dir, 's.sock'),
      pidfile: join(dir, 'supervisord.pid'),
      logfile: this.#log,
      childlogdir: dir,
      programs: [typeof options === 'string' ? options : supervisorConfig(options)],
    });
    writeFileSync(this.#conf, conf);
  }

  start(): void {
    const { supervisord, launcher = [supervisord] } = this.#programs;
    const [command, ...args] = launcher;
    this.#child = spawn(command, [...args, '-c', this.#conf], { stdio: 'ignore', env: CLEAN });
  }

  /** Ends supervisord, which first stops its program. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }

  /** What supervisorctl printed; its exit status says little (0 even in BACKOFF), so it is not looked at. */
  async ctl(...args: string[]): Promise<string> {
    return run(this.#programs.supervisorctl, ['-c', this.#conf, ...args]).then(
      ({ stdout }) => stdout.trim(),
      (error: { stdout?: string }) => (error.stdout ?? '').trim(),
    );
  }

  /** Waits for RUNNING under a pid other than `not`, and gives the pid. */
  async running(name: string, not?: number, ms = 60_000): Promise<number> {
    let status = '';
    const waited = until(`${name} RUNNING`, ms, async () => {
      status = await this.ctl('status', name);
      const pid = /\sRUNNING\s+pid (\d+),/.exec(status)?.[1];
      return pid === undefined || Number(pid) === not ? undefined : Number(pid);
    });
    return waited.catch((cause) => {
      throw new Error(`${cause.message}\n${status}\n${this.log}`);
    });
  }

  get log(): string {
    return readFileSync(this.#log, 'utf8');
  }
}
