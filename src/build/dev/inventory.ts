import { execFile } from 'node:child_process';
import type { Program } from './generation.ts';

/** What `app describe --format json` says of a handler. */
export interface DescribedFunction {
  readonly name: string;
  readonly source?: string;
  readonly runOn: 'lambda' | 'instances' | 'both';
  readonly trigger?: Readonly<Record<string, unknown>>;
}

export interface Inventory {
  readonly name: string;
  readonly functions: readonly DescribedFunction[];
}

/** Asks the service itself, in a process of its own. @throws Error with what that said */
export function inventoryOf({ args, env }: Program): Promise<Inventory> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr.trim() || error.message));
      else resolve(JSON.parse(stdout) as Inventory);
    });
  });
}
