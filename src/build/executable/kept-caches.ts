/** Code caches of assets: most builds make them of the same code, which takes a second. */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheTask } from './code-caches.ts';
import { codeOf } from './errors.ts';
import { atomically, sha256 } from './files.ts';
import { CACHE_SUFFIX } from './scripts.ts';

/** A script in a folder, of which its cache is made by a base. */
export interface Made {
  readonly dir: string;
  /** SHA-256 of the base. */
  readonly base: string;
  /** Where caches are kept. */
  readonly folder: string;
}

/** @returns the tasks whose caches are not kept; those that are have been put beside their scripts */
export async function withoutKept(tasks: readonly CacheTask[], made: Made): Promise<CacheTask[]> {
  const left: CacheTask[] = [];
  for (const task of tasks) {
    const found = await copied(await placeOf(task, made), join(made.dir, task.name + CACHE_SUFFIX));
    if (!found) left.push(task);
  }
  return left;
}

/** Keeps caches that have been made. */
export async function keepCaches(tasks: readonly CacheTask[], made: Made): Promise<void> {
  for (const task of tasks) {
    const cache = join(made.dir, task.name + CACHE_SUFFIX);
    await atomically(await placeOf(task, made), (temporary) => copyFile(cache, temporary));
  }
}

/** V8 compares no more than the length of a source: its text is in the name. */
async function placeOf(task: CacheTask, { dir, base, folder }: Made): Promise<string> {
  const { name, filename, eager, warmUp } = task;
  const code = sha256(await readFile(join(dir, name)));
  const used = warmUp === undefined ? '' : await readFile(warmUp, 'utf8');
  return join(folder, sha256(JSON.stringify([base, name, filename, eager, code, used])));
}

async function copied(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
