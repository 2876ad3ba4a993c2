/**
 * Runs in the executable before all else. Node.js puts the flags that are baked in after those of NODE_OPTIONS, so an
 * operator's own limit of the heap would count for nothing. Therefore the executable leaves NODE_OPTIONS alone, and
 * where there is one starts itself once more with it as `--node-options`, which goes after what is baked in.
 */
import { oldSpaceFlag } from '../../cli/heap.ts';
import { HEAP_FLAG } from './constants.ts';

const OLD_SPACE = /(?:^|[\s"'])--max[-_]old[-_]space[-_]size[= ]["']?(\d+)/g;

const { argv, argv0, env, execArgv } = process;
// One that the command line gave has its say already. A worker has no process to replace.
if (env.NODE_OPTIONS?.trim() && execArgv.length === 1 && execArgv[0] === HEAP_FLAG) {
  // The channel to a parent would be lost: `fork` hands the options over itself.
  if (!process.connected) {
    const options = `--node-options=${HEAP_FLAG} ${withPercentage(env.NODE_OPTIONS)}`;
    process.execve!(process.execPath, [argv0, options, ...argv.slice(2)], env);
  }
}

/** A limit in MB loses to one in percent, whatever comes last: it is told in percent too. */
function withPercentage(options: string): string {
  const size = [...options.matchAll(OLD_SPACE)].at(-1)?.[1];
  if (size === undefined || options.includes('percentage')) return options;
  return `${options} ${oldSpaceFlag(Number(size))}`;
}
