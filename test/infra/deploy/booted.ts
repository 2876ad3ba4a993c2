import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { noApp } from '../../support/run-app.ts';
import { skipWithout } from '../tools.ts';

const LIMIT_MS = 240_000;

const TOOLS = [
  'debootstrap',
  'apt-get',
  'unshare',
  'chroot',
  'ip',
  'mount',
  'openssl',
  'moto_server',
  'bash',
];

/** Why nothing can be booted here, or false. */
export function noBoot(...more: string[]): string | false {
  if (process.getuid?.() !== 0) return 'needs root, for namespaces and debootstrap';
  return noApp || skipWithout(...TOOLS, ...more);
}

export interface Booted {
  readonly status: number | null;
  /** What the script wrote to standard error. */
  readonly output: string;
  /** A file that it left. */
  read(file: string): string;
}

/** Runs a script of this folder in namespaces of its own; it ends with all that runs there. */
export async function runBooted(
  dir: string,
  script: string,
  { hosts, app, args }: { hosts: readonly string[]; app: string; args: readonly string[] },
): Promise<Booted> {
  certificate(dir, hosts);
  mkdirSync(join(dir, 'mnt'));
  writeFileSync(join(dir, 'hosts'), `127.0.0.1 ${hosts.join(' ')}\n`);
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const driver = ['bash', join(import.meta.dirname, script), dir, process.execPath, ...args];
  const child = spawn('unshare', [...namespaces, ...driver], {
    ...{ env: { PATH: process.env.PATH, HOME: process.env.HOME, APP: app } },
    ...{ stdio: ['ignore', 'ignore', 'pipe'], timeout: LIMIT_MS, killSignal: 'SIGKILL' },
  });
  const closed = once(child, 'close');
  const output = await text(child.stderr!);
  const [status] = (await closed) as [number | null];
  const read = (file: string) => (existsSync(join(dir, file)) ? readFileSync(join(dir, file), 'utf8') : '');
  return { status, output, read };
}

/** A certificate of its own for the hosts, and for the chroot the authority that it trusts. */
function certificate(dir: string, hosts: readonly string[]): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30'];
  const names = `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`;
  const files = ['-keyout', 'key.pem', '-out', 'cert.pem', '-addext', names];
  execFileSync('openssl', ['req', '-x509', ...key, '-subj', '/CN=test', ...files], {
    cwd: dir,
    stdio: 'ignore',
  });
}
