/** A program that the base itself runs, for V8 takes a code cache only from its own version and flags: makes those of scripts. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { CORE } from './framework.ts';
import { CACHE_SUFFIX, HEAD } from './scripts.ts';

/** A script in the working directory. */
export interface CacheTask {
  readonly name: string;
  /** What stack traces will show. */
  readonly filename: string;
  /** With all its functions; otherwise with those that a warm-up has run, or none. */
  readonly eager: boolean;
  /** Absolute path of a module whose default export runs what a start will: it gets the script's module and a folder. */
  readonly warmUp?: string | undefined;
}

/** As deferred.ts names modules of the core. */
const SHARED = /"(amphi:core\/([^"\n]+))"/g;
const EMPTY = new ArrayBuffer(0);
/** A build must not wait for one that is stuck. */
const WARM_UP_MS = 10_000;

async function make({ name, filename, eager, warmUp }: CacheTask): Promise<void> {
  // The flag is back before the cache is made, so V8 takes it without.
  if (eager) setFlagsFromString('--no-lazy');
  const code = readFileSync(name, 'utf8');
  const script = new Script(code, { filename, columnOffset: -HEAD.length });
  if (eager) setFlagsFromString('--lazy');
  // Without the functions that it would have run, it is as good a cache.
  if (warmUp !== undefined) await run(script, code, warmUp).catch((error) => console.error(error));
  writeFileSync(name + CACHE_SUFFIX, script.createCachedData());
}

/** What a script shares with the bundle, by the name that it requires it by. */
async function coreOf(code: string): Promise<ReadonlyMap<string, unknown>> {
  const core = new Map<string, unknown>();
  for (const [, name, path] of code.matchAll(SHARED))
    if (!core.has(name!)) core.set(name!, await import(pathToFileURL(CORE + path).href));
  return core;
}

async function run(script: Script, code: string, warmUp: string): Promise<void> {
  const module = { exports: {} };
  const folder = process.cwd();
  const require = requireIn(folder, await coreOf(code));
  script.runInThisContext()(module.exports, require, module, `${folder}/warm-up.cjs`, folder);
  const { default: use } = await import(pathToFileURL(warmUp).href);
  const late = sleep(WARM_UP_MS, undefined, { ref: false }).then(() => {
    throw new Error(`the warm-up of ${basename(warmUp)} takes too long`);
  });
  await Promise.race([use(module.exports, mkdtempSync('warm-up-')), late]);
}

/** As in the executable: assets are the files here, their caches those that are made already, and there is one core. */
function requireIn(folder: string, core: ReadonlyMap<string, unknown>): NodeJS.Require {
  const own = createRequire(`${folder}/warm-up.cjs`);
  const sea = {
    isSea: () => true,
    getAsset: (name: string) => readFileSync(name, 'utf8'),
    getRawAsset: (name: string) => (existsSync(name) ? new Uint8Array(readFileSync(name)).buffer : EMPTY),
  };
  const load = (name: string): unknown => {
    if (name === 'node:sea') return sea;
    return core.get(name) ?? own(name);
  };
  return Object.assign(load, own);
}

for (const task of JSON.parse(process.argv[2]!) as CacheTask[]) await make(task);
// Whatever a warm-up has left open.
process.exit();
