/** Hashes of what decides an output, to compare with those of the last build. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { BASE_SHA256 } from './constants.ts';
import { sha256 } from './files.ts';
import { CONDITIONS } from './framework.ts';

/** Hash of everything that decides the output: the bundle itself, the base, pkg, and these scripts. */
export async function buildKey(bundleHash: string, baseHash: string, name: string): Promise<string> {
  return sha256(JSON.stringify([bundleHash, baseHash, name, versions(), await scriptsHash()]));
}

/** Further places of packages, and another bundler: what is there is not looked at. */
const ELSEWHERE = ['NODE_PATH', 'ESBUILD_BINARY_PATH'];

/** @param options whatever has a say in the output; nothing when the environment does, too */
export async function shortcutKey(options: readonly unknown[]): Promise<string | undefined> {
  if (ELSEWHERE.some((name) => process.env[name])) return undefined;
  // Node.js' own flags have a say in what embedded modules import.
  const node = [process.version, process.execArgv, process.env.NODE_OPTIONS ?? ''];
  const build = [import.meta.dirname, CONDITIONS, BASE_SHA256, versions(), await scriptsHash()];
  return sha256(JSON.stringify([options, node, build]));
}

/** Of all packages that have a part in what is made. */
const TOOLS = ['pkg', 'esbuild', 'terser', 'acorn', 'acorn-walk', '@jridgewell/sourcemap-codec'];

function versions(): string[] {
  const require = createRequire(import.meta.url);
  const postject = createRequire(require.resolve('pkg/package.json'));
  return [...TOOLS.map((tool) => versionOf(require, tool)), versionOf(postject, 'postject')];
}

function versionOf(from: NodeJS.Require, tool: string): string {
  return `${tool}@${(from(`${tool}/package.json`) as { version: string }).version}`;
}

/** Where the writer of the zip is. */
const AWS = join(import.meta.dirname, '..', '..', 'aws');

/** Hash of the build itself. */
async function scriptsHash(): Promise<string> {
  const dir = import.meta.dirname;
  const isScript = (name: string) => /(?<!\.d)\.[jt]s$/.test(name);
  const names = (await readdir(dir, { recursive: true })).filter(isScript).sort();
  const zip = (await readdir(AWS)).filter(
    (name) => isScript(name) && /^(lambda-zip|deflated-pieces)\./.test(name),
  );
  const paths = [...names.map((name) => join(dir, name)), ...zip.map((name) => join(AWS, name))];
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return sha256(JSON.stringify([names, texts]));
}
