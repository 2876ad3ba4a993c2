import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { nodeCommand } from './node.ts';

const root = join(import.meta.dirname, '..', '..');

/** The built executable of the sample service. */
export const APP = join(root, 'dist', 'app');

/** The sample service from source, for tests that need no executable. */
export const SAMPLE_MAIN = join(root, 'src', 'app', 'main.ts');

/** Why tests of the executable are skipped, or false. */
export const noApp = existsSync(APP) ? false : 'dist/app is not built: npm run build';

export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** Runs a command to its end; it is killed at the timeout (default 60 s), which gives code null. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { input = '', env = {}, cwd, timeoutMs = 60_000 } = options;
  const child = spawn(command, args, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const closed = new Promise<number | null>((resolve, reject) =>
    child.on('close', resolve).on('error', reject),
  );
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}

/** Runs a service's main module by Node, as `app` would run it. */
export function runMain(main: string, args: readonly string[], options?: RunOptions): Promise<RunResult> {
  const [node, ...rest] = nodeCommand(main, ...args);
  return runCommand(node, rest, options);
}
