/** What starts this very program: the executable, or Node.js with the service's main module. */
import { oldSpaceFlag } from './heap.ts';

/**
 * @param memoryMB the heap's limit becomes that of a Lambda function of this size
 * @param nodeOptions the program's NODE_OPTIONS; a limit of the heap that it names stands
 */
export async function ownCommand(memoryMB: number, nodeOptions = ''): Promise<string[]> {
  const { isSea } = await import('node:sea');
  const limits = /max[-_]old[-_]space[-_]size/.test(nodeOptions) ? [] : heapLimits(memoryMB);
  if (isSea()) {
    // The executable reads NODE_OPTIONS itself, but not beside options on its command line.
    const options = `--node-options=${[...limits, nodeOptions].join(' ')}`;
    return limits.length === 0 ? [process.execPath] : [process.execPath, options];
  }
  // A debugger's port can be used once only.
  const flags = process.execArgv.filter((flag) => !flag.startsWith('--inspect'));
  return [process.execPath, ...flags, ...limits, process.argv[1]!];
}

/** Flags that limit the heap as the executable's own flag, and V8 itself, do on a machine of this size. */
export function heapLimits(memoryMB: number): string[] {
  const semiSpace = memoryMB < 1024 ? 1 : Math.min(64, 2 ** Math.ceil(Math.log2(memoryMB / 64)));
  return [oldSpaceFlag(Math.floor(memoryMB * 0.9)), `--max-semi-space-size=${semiSpace}`];
}
