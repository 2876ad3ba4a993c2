/** Installs what we compare with into a folder of its own, on demand: no peer is a dependency of the package. */
import { access, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sha256 } from '../../src/build/executable/files.ts';
import { findOnPath, runTool } from './children.ts';

const DIR = join(import.meta.dirname, 'peers');
/** Names the lock file that node_modules was made of. */
const STAMP = join(DIR, 'node_modules', '.amphi-bench');
const INSTALL_MS = 600_000;
const INSTALLER = join(import.meta.dirname, '..', '..', '.ci', 'install-tools');

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

/** Where aws-lambda-ric's main module is, compiled and ready. */
export async function findRic(progress: (text: string) => void): Promise<Peer<string>> {
  const installed = await installPeers(progress);
  if ('missing' in installed) return installed;
  const dir = join(DIR, 'node_modules', 'aws-lambda-ric');
  const main = join(dir, 'index.mjs');
  if (await exists(join(dir, 'rapid-client.node'))) return { found: main };
  const lacking = await installTools(progress);
  if (lacking.length > 0) {
    const packages = lacking.map((tool) => RIC_TOOLS[tool]).join(' ');
    return { missing: `compiling aws-lambda-ric needs ${lacking.join(', ')} (apt-get install ${packages})` };
  }
  progress('compiling aws-lambda-ric, once');
  return attempt(async () => {
    await npm(['rebuild', 'aws-lambda-ric', '--ignore-scripts=false']);
    await access(join(dir, 'rapid-client.node'));
    return main;
  });
}

/** As CI does. @returns what is still not there */
async function installTools(progress: (text: string) => void): Promise<string[]> {
  const lacking = () => Object.keys(RIC_TOOLS).filter((tool) => findOnPath(tool) === undefined);
  const wanted = lacking();
  if (wanted.length === 0) return [];
  progress(`installing ${wanted.join(', ')}, once`);
  const pairs = wanted.map((tool) => `${tool}:${RIC_TOOLS[tool]}`);
  await runTool(INSTALLER, pairs, { cwd: DIR, env: process.env, timeoutMs: INSTALL_MS }).catch((error) =>
    progress(`not installed: ${error.message}`),
  );
  return lacking();
}

/** The folder that the peers of plain JavaScript can be imported from. */
export async function findPeers(progress: (text: string) => void): Promise<Peer<string>> {
  return installPeers(progress);
}

let installing: Promise<Peer<string>> | undefined;

function installPeers(progress: (text: string) => void): Promise<Peer<string>> {
  installing ??= attempt(async () => {
    const lock = sha256(await readFile(join(DIR, 'package-lock.json')));
    const known = await readFile(STAMP, 'utf8').catch(() => '');
    if (known === lock) return DIR;
    progress('installing the peers, once');
    // Without scripts, so that a missing compiler costs only the peer that needs it.
    await npm(['ci', '--ignore-scripts']);
    await writeFile(STAMP, lock);
    return DIR;
  });
  return installing;
}

function npm(args: string[]): Promise<string> {
  const env = { ...process.env, npm_config_audit: 'false', npm_config_fund: 'false' };
  return runTool('npm', args, { cwd: DIR, env, timeoutMs: INSTALL_MS });
}

async function attempt<T>(work: () => Promise<T>): Promise<Peer<T>> {
  try {
    return { found: await work() };
  } catch (error) {
    return { missing: (error as Error).message.replaceAll('\n', ' ').slice(0, 300) };
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Version of an installed package, as its package.json says; `from` is the folder that imports it. */
export function versionOf(name: string, from: string): string {
  const main = createRequire(join(from, 'index.js')).resolve(name);
  const marker = join('node_modules', name);
  const root = main.slice(0, main.lastIndexOf(marker) + marker.length);
  const manifest = createRequire(import.meta.url)(join(root, 'package.json')) as { version: string };
  return manifest.version;
}
