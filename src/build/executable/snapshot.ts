/** The state of files and folders by what their file system says of them, without reading them. */
import { lstatSync, statfsSync } from 'node:fs';
import { sha256 } from './files.ts';

export interface Snapshot {
  readonly paths: readonly string[];
  /** Hash of the states of all paths. */
  readonly state: string;
}

/** A moment, by the clock that may be set and by the one that only runs. */
export interface Moment {
  readonly wall: number;
  readonly steady: number;
}

export function now(): Moment {
  return { wall: Date.now(), steady: performance.now() };
}

/** ext2 to ext4, xfs, btrfs, tmpfs, overlay, f2fs, zfs, bcachefs: their times are of this machine's own clock. */
const LOCAL = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0xf2f52010, 0x2fc12fc1, 0xca451a4e,
]);

/** The kernel stamps with a clock of up to 10 ms a step; some file systems keep whole seconds, or two. */
const STEP_NS = 50_000_000n;
const COARSE_NS = 2_100_000_000n;
const SECOND_NS = 1_000_000_000n;

/**
 * Taken after a build, for what the build has read since `begin`; undefined where that cannot be known.
 *
 * It cannot be taken before, as nobody knows then what will be read. But whatever is changed, replaced or renamed gets
 * the time of that as its ctime, which no program can set (utimes sets mtime, and thereby ctime to now). So what has a
 * ctime before `begin` was read as it is now, and each change after this moment gives it another ctime. A ctime at
 * `begin` or later says nothing, a file may have been read before or after; nor does one that is earlier by less than a
 * step of the file system's clock. Those, a clock that was set meanwhile and the clock of another machine give none.
 */
export function snapshotOf(paths: readonly string[], begin: Moment): Snapshot | undefined {
  const end = now();
  if (Math.abs(end.wall - begin.wall - (end.steady - begin.steady)) > 40) return undefined;
  const devices = new Set<bigint>();
  const states = paths.map((path) => {
    const stat = stateOf(path);
    if (!stat) return '';
    const step = stat.ctimeNs % SECOND_NS === 0n ? COARSE_NS : STEP_NS;
    if (stat.ctimeNs + step >= BigInt(begin.wall) * 1_000_000n) return undefined;
    if (!devices.has(stat.dev) && !LOCAL.has(statfsSync(path).type)) return undefined;
    devices.add(stat.dev);
    return textOf(stat);
  });
  return states.includes(undefined) ? undefined : { paths, state: sha256(JSON.stringify(states)) };
}

/** Whether all is as it was. */
export function isCurrent({ paths, state }: Snapshot): boolean {
  const states = paths.map((path) => {
    const stat = stateOf(path);
    return stat ? textOf(stat) : '';
  });
  return sha256(JSON.stringify(states)) === state;
}

type State = NonNullable<ReturnType<typeof stateOf>>;

function stateOf(path: string) {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function textOf({ dev, ino, mode, size, mtimeNs, ctimeNs }: State): string {
  return [dev, ino, mode, size, mtimeNs, ctimeNs].join(' ');
}
