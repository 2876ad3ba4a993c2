/** Who restarts a server: supervisord, or where that is not installed this process, by the same signal. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fullSupervisordConfig, supervisorConfig } from '../../../src/adapters/supervisor/index.ts';
import { end, findOnPath, runTool, start } from '../children.ts';
import type { Server } from './servers.ts';

const CTL_MS = 60_000;
const NAME = 'served';

/** One server that is kept going. */
export interface Supervisor {
  /** Stops it, waits for its end, and starts it again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface SupervisorKind {
  /** What a restart is called in a row. */
  readonly what: string;
  open(server: Server, port: number): Promise<Supervisor>;
}

/** supervisord if it is on PATH. */
export function supervisorKind(): SupervisorKind {
  const [daemon, control] = [findOnPath('supervisord'), findOnPath('supervisorctl')];
  if (daemon === undefined || control === undefined) return { what: 'restart by SIGTERM', open: direct };
  return {
    what: 'supervisorctl restart',
    open: (server, port) => supervised(daemon, control, server, port),
  };
}

async function direct({ file, args, env }: Server, port: number): Promise<Supervisor> {
  const spawn = () => {
    const child = start(file, args(port), { env });
    // It would wait for who does not read.
    child.stderr!.resume();
    return child;
  };
  let child = spawn();
  return {
    async restart() {
      const late = setTimeout(() => child.kill('SIGKILL'), CTL_MS);
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      clearTimeout(late);
      child = spawn();
    },
    close: () => end(child),
  };
}

/** Under the configuration that `app supervisor` writes. */
async function supervised(file: string, control: string, server: Server, port: number): Promise<Supervisor> {
  const dir = await mkdtemp(join(tmpdir(), 'amphi-bench-'));
  const conf = join(dir, 'supervisord.conf');
  await writeFile(conf, configuration(dir, server, port));
  const daemon = start(file, ['-c', conf], { env: { PATH: process.env.PATH ?? '' } });
  return {
    async restart() {
      await runTool(control, ['-c', conf, 'restart', NAME], { timeoutMs: CTL_MS });
    },
    async close() {
      // It stops its program first.
      const gone = daemon.exitCode === null ? once(daemon, 'exit') : undefined;
      daemon.kill('SIGTERM');
      await Promise.race([gone, sleep(CTL_MS, undefined, { ref: false })]);
      await end(daemon);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function configuration(dir: string, { file, args, env }: Server, port: number): string {
  const log = (name: string) => ({ file: join(dir, name) });
  const program = supervisorConfig({
    name: NAME,
    command: file,
    args: args(port),
    environment: env,
    stdout: log('out.log'),
    stderr: log('err.log'),
  });
  return fullSupervisordConfig({
    socket: join(dir, 's.sock'),
    pidfile: join(dir, 'pid'),
    logfile: join(dir, 'supervisord.log'),
    childlogdir: dir,
    programs: [program],
  });
}
