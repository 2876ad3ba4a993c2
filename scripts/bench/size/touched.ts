/**
 * Which pages of its executable a process has touched. /proc/PID/pagemap tells of each page whether it is in the process's
 * page table (bit 63; open to the process's own user). Since the kernel maps up to 16 pages around each fault of a file page
 * that is in the page cache, this is the most that can have been touched.
 * Source: Documentation/admin-guide/mm/pagemap.rst of the Linux kernel; proc(5), /proc/PID/maps.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Section } from './sections.ts';

const PAGE = 4096;
const ENTRY = 8;
/** Of the entry's highest byte. */
const PRESENT = 0x80;

export interface Mapping {
  readonly start: number;
  readonly end: number;
  /** In the file. */
  readonly offset: number;
}

/** The mappings of one file. */
export function mappingsIn(maps: string, file: string): Mapping[] {
  return maps.split('\n').flatMap((line) => {
    const found = /^([0-9a-f]+)-([0-9a-f]+) \S+ ([0-9a-f]+) \S+ \d+\s+(.*)$/.exec(line);
    if (found?.[4] !== file) return [];
    const [start, end, offset] = found.slice(1, 4).map((text) => Number.parseInt(text, 16));
    return [{ start: start!, end: end!, offset: offset! }];
  });
}

/** Offsets in the file of the pages that are there. */
export function touchedPages(pid: number, file: string): Set<number> {
  const pages = new Set<number>();
  const pagemap = openSync(`/proc/${pid}/pagemap`, 'r');
  try {
    for (const { start, end, offset } of mappingsIn(readFileSync(`/proc/${pid}/maps`, 'utf8'), file)) {
      const entries = Buffer.alloc(((end - start) / PAGE) * ENTRY);
      readSync(pagemap, entries, 0, entries.length, (start / PAGE) * ENTRY);
      for (let at = 0; at * ENTRY < entries.length; at++)
        if (entries[at * ENTRY + ENTRY - 1]! & PRESENT) pages.add(offset + at * PAGE);
    }
  } finally {
    closeSync(pagemap);
  }
  return pages;
}

/** Bytes of a section in pages that are there. */
export function touchedIn({ offset, size }: Section, pages: ReadonlySet<number>): number {
  let bytes = 0;
  for (let page = offset - (offset % PAGE); page < offset + size; page += PAGE)
    if (pages.has(page)) bytes += Math.min(page + PAGE, offset + size) - Math.max(page, offset);
  return bytes;
}
