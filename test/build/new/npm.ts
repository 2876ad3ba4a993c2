import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { text } from 'node:stream/consumers';
import type { RunResult } from '../../support/run-app.ts';

/** What reaches the registry and the cache; nothing else of this run may help a service outside of the repository. */
const KEPT =
  /^(HOME|npm_config_(cache|registry|userconfig|globalconfig|cafile|noproxy)|(https?_|no_)?proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))$/i;

/** A user's shell: their own PATH, without the tools of this repository. */
export function userEnv(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => KEPT.test(name)) as [string, string][];
  const paths = (process.env.PATH ?? '').split(delimiter);
  const outside = paths.filter((path) => !path.includes('node_modules') && !path.includes('node-gyp-bin'));
  return { ...Object.fromEntries(kept), PATH: outside.join(delimiter), npm_config_update_notifier: 'false' };
}

const TIMEOUT_MS = 120_000;

/** Runs a command as a user would, to its end; at the timeout it and its children are killed, which gives code null. */
export async function asUser(cwd: string, command: string, ...args: string[]): Promise<RunResult> {
  // env -i: tap's hooks would ride in NODE_OPTIONS.
  const variables = Object.entries(userEnv()).map(([name, value]) => `${name}=${value}`);
  const child = spawn('env', ['-i', ...variables, command, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const closed = new Promise<number | null>((resolve, reject) =>
    child.on('close', resolve).on('error', reject),
  );
  const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), TIMEOUT_MS);
  try {
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    return { code, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

const UNREACHABLE =
  /npm error code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)/;

/** Installs from the cache, or the registry; gives why the registry cannot be reached, if it cannot. */
export async function npmInstall(dir: string, ...packages: string[]): Promise<string | undefined> {
  const failure = await tryInstall(dir, packages);
  // Once more, for a network that only hiccuped; npm's own retries add up over packages to minutes without one.
  return failure === undefined ? undefined : tryInstall(dir, packages);
}

async function tryInstall(dir: string, packages: readonly string[]): Promise<string | undefined> {
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=0', '--fetch-timeout=20000'];
  const { code, stderr } = await asUser(dir, 'npm', 'install', ...flags, ...packages);
  if (code === 0) return undefined;
  const [, reason] = UNREACHABLE.exec(stderr) ?? [];
  if (reason === undefined) throw new Error(`npm install in ${dir} ended with ${code}:\n${stderr}`);
  return `the npm registry is unreachable: ${reason}`;
}
