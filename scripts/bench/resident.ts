import { readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;

/** Resident memory of a process: the second number of /proc/PID/statm, see proc(5). */
export function residentBytes(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
}
