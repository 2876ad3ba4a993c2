import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Server {
  readonly url: string;
  /** Asks it to drain; gives the exit code, null when it had to be killed. */
  stop(): Promise<number | null>;
}

/** Starts an executable's `httpServer` on a free loopback port, with nothing in its environment but `env`. */
export async function startServer(
  executable: string,
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const args = ['-i', ...pairs, executable, 'httpServer', '--port', '0', '--host', '127.0.0.1'];
  const child = spawn('env', args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
  const url = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => line.includes('"listening"') && resolve(JSON.parse(line).url));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`httpServer ended with ${code}`)));
  });
  return { url, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(timer);
  return child.exitCode;
}
