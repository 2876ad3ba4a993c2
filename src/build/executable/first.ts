/**
 * Runs in the executable before all else, where there are NODE_OPTIONS or a parent that forked it.
 *
 * Node.js puts the flags that are baked in after those of NODE_OPTIONS, so an operator's own limit of the heap would
 * count for nothing. Therefore the executable leaves NODE_OPTIONS alone, and where there is one starts itself once more
 * with it as `--node-options`, which goes after what is baked in.
 */
import { realpathSync } from 'node:fs';
import { runMain } from 'node:module';
import { basename, resolve } from 'node:path';
import { HEAP_FLAG } from './constants.ts';
import { withPercentage } from './heap-options.ts';

const { argv, argv0, env, execArgv, execPath } = process;

/** Whether this process is for a script, which then runs: the service does not. */
export const done: boolean = process.connected ? runForked() : restart();

/** Options that the command line gave have their say already. */
function restart(): false {
  if (env.NODE_OPTIONS?.trim() && execArgv.length === 1 && execArgv[0] === HEAP_FLAG) {
    const options = `--node-options=${HEAP_FLAG} ${withPercentage(env.NODE_OPTIONS)}`;
    process.execve!(execPath, [argv0, options, ...argv.slice(2)], env);
  }
  return false;
}

/** The arguments of a forked process are Node.js flags, the script, and the script's own. */
function runForked(): boolean {
  const at = argv.findIndex((argument, index) => index > 1 && !argument.startsWith('--'));
  const script = argv[at];
  if (script === undefined) return false;
  // By node:cluster, whose script is what started the parent.
  const self = realPath(script) === execPath || script === basename(execPath);
  if (!self && !/\.[cm]?[jt]s$/.test(script)) return false;
  argv.splice(1, at, self ? argv0 : resolve(script));
  if (!self) (runMain as () => void)();
  return !self;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
