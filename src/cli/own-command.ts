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
  return [process.execPath, ...inheritedFlags(), ...limits, process.argv[1]!];
}

/** This process's own, but for the debugger's: its port can be used once only. */
const inheritedFlags = (): string[] => process.execArgv.filter((flag) => !flag.startsWith('--inspect'));

/** Flags of Node.js for one of several processes of this program: of the executable's own limit of the heap each has a share. */
export async function sharedFlags(processes: number): Promise<string[]> {
  const { isSea } = await import('node:sea');
  const flags = inheritedFlags();
  if (!isSea()) return flags;
  const limits = flags.filter((flag) => PERCENTAGE.test(flag));
  // The executable's own comes first; an operator's is of one process, and stands.
  const own = limits.every((flag) => flag === limits[0]);
  const shared = own ? limits.slice(0, 1).map((flag) => shareOf(flag, processes)) : limits.slice(-1);
  const options = [...shared, ...flags.filter((flag) => !PERCENTAGE.test(flag))];
  return [
    `--node-options=${options.map((flag) => (/[\s"\\]/.test(flag) ? JSON.stringify(flag) : flag)).join(' ')}`,
  ];
}

const PERCENTAGE = /^--max-old-space-size-percentage=/;

function shareOf(flag: string, processes: number): string {
  return flag.replace(/[\d.]+$/, (percentage) => String(Number(percentage) / processes));
}

/** Flags that limit the heap as the executable's own flag, and V8 itself, do on a machine of this size. */
export function heapLimits(memoryMB: number): string[] {
  const semiSpace = memoryMB < 1024 ? 1 : Math.min(64, 2 ** Math.ceil(Math.log2(memoryMB / 64)));
  return [oldSpaceFlag(Math.floor(memoryMB * 0.9)), `--max-semi-space-size=${semiSpace}`];
}
