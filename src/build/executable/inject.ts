/** Injects a bundle into the base executable with pkg's single-executable mode. */
import { execFile } from 'node:child_process';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import type { SeaOptions } from 'pkg/lib-es5/sea.js';
import type { Base } from './base.ts';
import type { Bundle } from './bundle.ts';
import type { CacheTask } from './code-caches.ts';
import { HEAP_FLAG } from './constants.ts';
import type { Files } from './content.ts';
import { BuildError, messageOf } from './errors.ts';
import { keepCaches, withoutKept } from './kept-caches.ts';
import { CACHE_SUFFIX, scriptOf, wrapped } from './scripts.ts';
import { VIRTUAL_FOLDER } from './stacks/names.ts';

const run = promisify(execFile);

/** pkg changes its process's working directory while it runs, hence a process of its own. */
const SCRIPT = `const [module, entry, options] = process.argv.slice(1);
require(module).default(entry, JSON.parse(options)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});`;

/**
 * The blob and its code cache keep the script's path, and every stack trace prints it. pkg generates them in a folder of
 * its own below TMPDIR, so this names the script and no folder of this machine.
 */
const BUILD_FOLDER = '/proc/self/cwd/../';
if (BUILD_FOLDER.length !== VIRTUAL_FOLDER.length) throw new Error('the folders must have one length');

/**
 * Makes a single executable of a bundle, with V8's code cache, and with its assets.
 *
 * Other V8 flags are not baked in: --max-lazy, --no-opt and --single-threaded make V8 reject the cache.
 * @param node executable that runs pkg
 * @param work empty private folder
 * @param name file name, without extension, that stack traces show
 * @param cacheDir the build's cache
 * @param warn takes what a warm-up says, which fails the build of nobody
 * @returns path of the executable inside `work`
 */
export async function inject(
  { code, assets, warmUps, files }: Pick<Bundle, 'code' | 'assets' | 'warmUps' | 'files'>,
  base: Base,
  node: string,
  work: string,
  name: string,
  cacheDir: string,
  warn: (text: string) => void,
): Promise<string> {
  const output = join(work, 'executable');
  const temporary = join(work, 'tmp');
  const entry = join(temporary, LOADER);
  await mkdir(temporary);
  await writeFile(entry, loaderOf(`${VIRTUAL_FOLDER}${name}.cjs`));
  const tasks = await writeScripts({ code, assets, warmUps }, `${VIRTUAL_FOLDER}${name}.cjs`, temporary);
  await makeCaches(tasks, base, temporary, join(cacheDir, 'code'), warn);
  const names = [
    ...tasks.flatMap((task) => [task.name, task.name + CACHE_SUFFIX]),
    ...(await writeFiles(files, temporary)),
  ];
  const main = `${BUILD_FOLDER}${LOADER}`;
  const content = {
    main,
    assets: Object.fromEntries(names.map((asset) => [asset, `../${asset}`])),
  };
  // pkg hands on what its types do not know of yet.
  const execArgv = { execArgv: [HEAP_FLAG], execArgvExtension: 'cli' };
  const options: SeaOptions = {
    targets: [{ nodeRange: 'node24', platform: 'linux', arch: 'x64', output }],
    nodePath: base.path,
    seaConfig: {
      disableExperimentalSEAWarning: true,
      useSnapshot: false,
      useCodeCache: true,
      ...execArgv,
      ...content,
    },
  };
  const pkg = createRequire(import.meta.url).resolve('pkg/lib-es5/sea.js');
  try {
    await run(node, ['-e', SCRIPT, pkg, entry, JSON.stringify(options)], {
      cwd: temporary,
      env: childEnv(temporary),
    });
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    throw new BuildError(`pkg failed: ${stderr?.trim() || stdout?.trim() || messageOf(error)}`);
  }
  await renameScript(output, main, `${VIRTUAL_FOLDER}${LOADER}`);
  return output;
}

/** Changes the script's path, of the same length, wherever the executable keeps it. */
async function renameScript(executable: string, from: string, to: string): Promise<void> {
  const file = await open(executable, 'r+');
  try {
    const bytes = await file.readFile();
    let at = bytes.indexOf(from);
    if (at < 0) throw new BuildError(`pkg failed: the executable does not hold the path ${from}`);
    for (; at >= 0; at = bytes.indexOf(from, at + 1)) await file.write(to, at);
  } finally {
    await file.close();
  }
}

/**
 * The script that Node.js starts: it runs the bundle, an asset. Node.js would make the cache of a script of its own before
 * that has run, so without any function in it; compiling those at the start costs 1.3 ms.
 * Its name is that of an asset, whose frames are left out of stacks.
 */
const LOADER = 'start-000000000000.cjs';

const BUNDLE = 'bundle.js';

function loaderOf(filename: string): string {
  const script = scriptOf(`"${BUNDLE}"`, JSON.stringify(filename));
  return `"use strict";const{getAsset:a,getRawAsset:r}=require("node:sea"),{Script:S}=require("node:vm");${script}(exports,require,module,__filename,__dirname);`;
}

/**
 * Up to so many characters a cache has all functions: reading those that are never called costs less than compiling those
 * that are. Of a service's bundle a start runs much, 1.3 MB with clients of the AWS SDK start 17 of 88 ms sooner; of an
 * asset, such as the command line, it runs little.
 */
const EAGER_BUNDLE = 4 * 1024 * 1024;
const EAGER_ASSET = 256 * 1024;

const MAKER = join(import.meta.dirname, `code-caches${extname(import.meta.filename)}`);

/** Writes scripts. @returns how to make the code cache of each, the bundle's first */
async function writeScripts(
  { code, assets, warmUps }: Pick<Bundle, 'code' | 'assets' | 'warmUps'>,
  filename: string,
  dir: string,
): Promise<CacheTask[]> {
  const tasks: CacheTask[] = [];
  for (const [name, text] of [[BUNDLE, code] as const, ...assets]) {
    await writeFile(join(dir, name), wrapped(text));
    const warmUp = warmUps.get(name);
    const isBundle = name === BUNDLE;
    const eager = warmUp === undefined && text.length <= (isBundle ? EAGER_BUNDLE : EAGER_ASSET);
    tasks.push({ name, filename: isBundle ? filename : VIRTUAL_FOLDER + name, eager, warmUp });
  }
  return tasks;
}

/** Puts the code cache of each script beside it; those of assets are kept. */
async function makeCaches(
  tasks: readonly CacheTask[],
  base: Base,
  dir: string,
  folder: string,
  warn: (text: string) => void,
): Promise<void> {
  const made = { dir, base: base.sha256, folder };
  const [bundle, ...assets] = tasks;
  const left = await withoutKept(assets, made);
  const args = ['--no-warnings', MAKER, JSON.stringify([bundle, ...left])];
  const { stderr } = await run(base.path, args, { cwd: dir, env: childEnv(dir) });
  if (stderr.trim()) return warn(`a warm-up failed, so some starts take longer: ${stderr.trim()}`);
  await keepCaches(left, made);
}

/** @returns the names of all files written */
async function writeFiles(files: Files, dir: string): Promise<string[]> {
  for (const [name, bytes] of files) await writeFile(join(dir, name), bytes);
  return [...files.keys()];
}

/** Nothing else is inherited: V8 flags in NODE_OPTIONS would make a code cache that every start rejects. */
function childEnv(temporary: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: temporary, TMPDIR: temporary };
}
