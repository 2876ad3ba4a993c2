/** A program that the base itself runs, for V8 takes a code cache only from its own version and flags: makes those of scripts. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
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

async function make({ name, filename, eager, warmUp }: CacheTask): Promise<void> {
  // The flag is back before the cache is made, so V8 takes it without.
  if (eager) setFlagsFromString('--no-lazy');
  const script = new Script(readFileSync(name, 'utf8'), { filename, columnOffset: -HEAD.length });
  if (eager) setFlagsFromString('--lazy');
  // Without the functions that it would have run, it is as good a cache.
  if (warmUp !== undefined) await run(script, warmUp).catch((error) => console.error(error));
  writeFileSync(name + CACHE_SUFFIX, script.createCachedData());
}

async function run(script: Script, warmUp: string): Promise<void> {
  const module = { exports: {} };
  const folder = process.cwd();
  const require = createRequire(`${folder}/warm-up.cjs`);
  script.runInThisContext()(module.exports, require, module, `${folder}/warm-up.cjs`, folder);
  const { default: use } = await import(pathToFileURL(warmUp).href);
  await use(module.exports, mkdtempSync('warm-up-'));
}

for (const task of JSON.parse(process.argv[2]!) as CacheTask[]) await make(task);
// Whatever a warm-up has left open.
process.exit();
