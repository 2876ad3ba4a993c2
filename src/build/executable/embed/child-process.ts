/** Runs in the executable in the place of the `fork` of node:child_process. */
import * as real from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HEAP_FLAG } from '../constants.ts';
import { withPercentage } from '../heap-options.ts';

/** As Node.js has it. The child is this executable, which runs the script instead of the service. */
export function fork(
  module: string | URL,
  args?: readonly string[] | real.ForkOptions,
  options?: real.ForkOptions,
): real.ChildProcess {
  const list = Array.isArray(args) ? (args as readonly string[]) : [];
  const given = (Array.isArray(args) ? options : ((args as real.ForkOptions | undefined) ?? options)) ?? {};
  const { execPath = process.execPath, cwd = '.' } = given;
  if (execPath !== process.execPath) return real.fork(module, list, given);
  const script = resolve(String(cwd), module instanceof URL ? fileURLToPath(module) : module);
  if (!existsSync(script)) {
    throw new Error(
      `fork ${module}: there is no such file; name a script of the executable as new URL('./x.ts', import.meta.url)`,
    );
  }
  const flags = (given.execArgv ?? process.execArgv).filter((flag) => flag !== HEAP_FLAG).map(quoted);
  const nodeOptions = withPercentage(
    [(given.env ?? process.env).NODE_OPTIONS ?? '', ...flags].join(' ').trim(),
  );
  return real.fork(script, list, {
    ...given,
    execArgv: nodeOptions ? [`--node-options=${nodeOptions}`] : [],
  });
}

const quoted = (flag: string): string => (/[\s"\\]/.test(flag) ? JSON.stringify(flag) : flag);
