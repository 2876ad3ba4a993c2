/** Injects a bundle into the base executable with pkg's single-executable mode. */
import { execFile } from 'node:child_process';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SeaOptions } from 'pkg/lib-es5/sea.js';
import type { Base } from './base.ts';
import type { Bundle } from './bundle.ts';
import { HEAP_FLAG } from './constants.ts';
import type { Assets, Files } from './content.ts';
import { CACHE_SUFFIX, PARAMETERS } from './deferred.ts';
import { BuildError, messageOf } from './errors.ts';
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
 * @returns path of the executable inside `work`
 */
export async function inject(
  { code, assets, files }: Pick<Bundle, 'code' | 'assets' | 'files'>,
  base: Base,
  node: string,
  work: string,
  name: string,
): Promise<string> {
  const output = join(work, 'executable');
  const temporary = join(work, 'tmp');
  const entry = join(temporary, LOADER);
  await mkdir(temporary);
  await writeFile(entry, loaderOf(`${VIRTUAL_FOLDER}${name}.cjs`));
  const names = [
    ...(await writeBundle(code, `${VIRTUAL_FOLDER}${name}.cjs`, base, temporary)),
    ...(await writeAssets(assets, base, temporary)),
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
const HEAD = `(function(${PARAMETERS.join()}){`;

function loaderOf(filename: string): string {
  const options = `{filename:${JSON.stringify(filename)},columnOffset:-${HEAD.length},cachedData:Buffer.from(r("${BUNDLE}${CACHE_SUFFIX}"))}`;
  return `"use strict";const{getAsset:a,getRawAsset:r}=require("node:sea"),{Script:S}=require("node:vm");new S(a("${BUNDLE}","utf8"),${options}).runInThisContext()(exports,require,module,__filename,__dirname);`;
}

/** Above that reading what is never called costs more than compiling what is. */
const EAGER_CHARACTERS = 256 * 1024;

/** Run by the base itself. The flag is back before the cache is made, so V8 takes it without. */
const BUNDLE_SCRIPT = `const { readFileSync, writeFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const [name, suffix, filename, columnOffset, eager] = JSON.parse(process.argv[1]);
if (eager) setFlagsFromString('--no-lazy');
const script = new (require('node:vm').Script)(readFileSync(name, 'utf8'), { filename, columnOffset });
if (eager) setFlagsFromString('--lazy');
writeFileSync(name + suffix, script.createCachedData());`;

/** Writes the bundle and its code cache. @returns the names of the files written */
async function writeBundle(code: string, filename: string, base: Base, dir: string): Promise<string[]> {
  await writeFile(join(dir, BUNDLE), `${HEAD}${code}\n})`);
  const task = [BUNDLE, CACHE_SUFFIX, filename, -HEAD.length, code.length <= EAGER_CHARACTERS];
  await run(base.path, ['-e', BUNDLE_SCRIPT, JSON.stringify(task)], { cwd: dir, env: childEnv(dir) });
  return [BUNDLE, BUNDLE + CACHE_SUFFIX];
}

/** Run by the base itself: V8 takes a cache only from its own version and flags. */
const CACHE_SCRIPT = `const { readFileSync, writeFileSync } = require('node:fs');
const [names, suffix, parameters] = JSON.parse(process.argv[1]);
for (const name of names) {
  const options = { filename: name, produceCachedData: true };
  const compiled = require('node:vm').compileFunction(readFileSync(name, 'utf8'), parameters, options);
  writeFileSync(name + suffix, compiled.cachedData);
}`;

/** Writes each asset and, beside it, its code cache. @returns the names of all files written */
async function writeAssets(assets: Assets, base: Base, dir: string): Promise<string[]> {
  const names = [...assets.keys()];
  for (const [name, text] of assets) await writeFile(join(dir, name), text);
  const task = JSON.stringify([names, CACHE_SUFFIX, PARAMETERS]);
  await run(base.path, ['-e', CACHE_SCRIPT, task], { cwd: dir, env: childEnv(dir) });
  return names.flatMap((name) => [name, name + CACHE_SUFFIX]);
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
