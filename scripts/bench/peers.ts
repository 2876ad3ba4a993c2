/**
 * aws-lambda-ric, in a folder of its own: its installation compiles C++, which `npm ci` of the project must not depend on.
 * `npm ci` installs it there without its scripts (`install-peers.ts`), and takes its native client from `peers/prebuilt`.
 */
import { access, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../src/build/executable/files.ts';
import { findOnPath, NODE, runTool } from './children.ts';

const DIR = join(import.meta.dirname, 'peers');
const RIC = join(DIR, 'node_modules', 'aws-lambda-ric');
export const RIC_MAIN = join(RIC, 'index.mjs');
/** The native client, beside the main module. */
export const RIC_ADDON = join(RIC, 'rapid-client.node');
export const PREBUILT = join(DIR, 'prebuilt', 'rapid-client.node');
/** Names the lock file that node_modules was made of. */
const STAMP = join(DIR, 'node_modules', '.amphi-bench');
const INSTALL_MS = 600_000;
const LOAD_MS = 10_000;

/** Debian's packages that aws-lambda-ric compiles its client with, by the command each brings. */
const RIC_TOOLS: Readonly<Record<string, string>> = {
  autoconf: 'autoconf',
  automake: 'automake',
  libtoolize: 'libtool',
  cmake: 'cmake',
  make: 'make',
  'g++': 'g++',
};

export type Peer<T> = { readonly found: T } | { readonly missing: string };

let finding: Promise<Peer<string>> | undefined;

/** Where aws-lambda-ric's main module is, with a native client that loads here. */
export function findRic(progress: (text: string) => void): Promise<Peer<string>> {
  finding ??= attempt(async () => {
    await installPeers(progress);
    if (!(await loads(RIC_ADDON))) await compile(progress);
    return RIC_MAIN;
  });
  return finding;
}

/** Installs what the lock file names, unless that is there. */
export async function installPeers(progress: (text: string) => void): Promise<void> {
  const lock = sha256(await readFile(join(DIR, 'package-lock.json')));
  const known = await readFile(STAMP, 'utf8').catch(() => '');
  if (known === lock) return;
  progress('installing aws-lambda-ric, once');
  await npm(['ci', '--ignore-scripts']);
  await copyFile(PREBUILT, RIC_ADDON);
  await writeFile(STAMP, lock);
}

/** Of another C library or processor it does not: then it is compiled, by the package's own scripts. */
async function loads(addon: string): Promise<boolean> {
  try {
    await access(addon);
    // It looks for its API while it is loaded.
    const env = { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:1' };
    await runTool(NODE, ['-e', 'require(process.argv[1])', addon], { env, timeoutMs: LOAD_MS });
    return true;
  } catch {
    return false;
  }
}

async function compile(progress: (text: string) => void): Promise<void> {
  const lacking = Object.keys(RIC_TOOLS).filter((tool) => findOnPath(tool) === undefined);
  if (lacking.length > 0) {
    const packages = lacking.map((tool) => RIC_TOOLS[tool]).join(' ');
    throw new Error(
      `the prebuilt native client of aws-lambda-ric does not load here, and compiling it needs ${lacking.join(', ')} (apt-get install ${packages})`,
    );
  }
  progress('compiling aws-lambda-ric, once');
  await npm(['rebuild', 'aws-lambda-ric', '--ignore-scripts=false']);
  await access(RIC_ADDON);
}

function npm(args: string[]): Promise<string> {
  // What the npm that calls this was told, such as its own prefix, is not for this one.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?!config_(registry|cache|userconfig)$)/i.test(name),
  );
  const env = { ...Object.fromEntries(inherited), npm_config_audit: 'false', npm_config_fund: 'false' };
  return runTool('npm', args, { cwd: DIR, env, timeoutMs: INSTALL_MS });
}

async function attempt<T>(work: () => Promise<T>): Promise<Peer<T>> {
  try {
    return { found: await work() };
  } catch (error) {
    return { missing: (error as Error).message.replaceAll('\n', ' ').slice(0, 300) };
  }
}
