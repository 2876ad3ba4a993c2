import { readFileSync } from 'node:fs';
import { BenchError } from './types.ts';

export interface Resident {
  /** All of it, MB. */
  readonly all: number;
  /** Without pages of files, which processes of the same program share, MB. */
  readonly anonymous: number;
}

/** Resident memory of a process now. Source: proc(5), VmRSS and RssAnon of /proc/PID/status. */
export function residentOf(pid: number): Resident {
  return residentIn(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

export function residentIn(status: string): Resident {
  const [all, anonymous] = ['VmRSS', 'RssAnon'].map((name) => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (kilobytes === undefined) throw new BenchError(`/proc/PID/status has no ${name}`);
    return (Number(kilobytes) * 1024) / 1e6;
  });
  return { all: all!, anonymous: anonymous! };
}
