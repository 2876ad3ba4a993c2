import { oldSpaceFlag } from '../../cli/heap.ts';

const OLD_SPACE = /(?:^|[\s"'])--max[-_]old[-_]space[-_]size[= ]["']?(\d+)/g;

/** NODE_OPTIONS with its limit of the heap in percent too, if it has one in MB: that loses, whatever comes last. */
export function withPercentage(options: string): string {
  const size = [...options.matchAll(OLD_SPACE)].at(-1)?.[1];
  if (size === undefined || options.includes('percentage')) return options;
  return `${options} ${oldSpaceFlag(Number(size))}`;
}
