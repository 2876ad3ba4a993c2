/** The sections of a 64-bit little-endian ELF file. Layout: System V ABI, "Sections". */
import { readFile } from 'node:fs/promises';
import { BenchError } from '../types.ts';

export interface Section {
  readonly name: string;
  /** In the file. */
  readonly offset: number;
  readonly size: number;
}

/** Takes no room in the file. */
const SHT_NOBITS = 8;

/** Those that are in the file, by their offset. @throws BenchError when it is no such ELF file */
export async function readSections(path: string): Promise<Section[]> {
  return sectionsIn(await readFile(path), path);
}

export function sectionsIn(file: Buffer, path: string): Section[] {
  if (file.length < 64 || file.toString('latin1', 0, 6) !== '\x7fELF\x02\x01')
    throw new BenchError(`${path}: not a 64-bit little-endian ELF file`);
  const table = Number(file.readBigUInt64LE(40));
  const [entrySize, count, namesIndex] = [58, 60, 62].map((at) => file.readUInt16LE(at));
  const header = (index: number) =>
    file.subarray(table + index * entrySize!, table + (index + 1) * entrySize!);
  const place = (entry: Buffer) => ({
    offset: Number(entry.readBigUInt64LE(24)),
    size: Number(entry.readBigUInt64LE(32)),
  });
  const names = place(header(namesIndex!));
  const nameAt = (at: number) => {
    const start = names.offset + at;
    return file.toString('latin1', start, file.indexOf(0, start));
  };
  return Array.from({ length: count! }, (_, index) => header(index))
    .filter((entry) => entry.readUInt32LE(4) !== SHT_NOBITS)
    .map((entry) => ({ name: nameAt(entry.readUInt32LE(0)), ...place(entry) }))
    .filter(({ size }) => size > 0)
    .sort((a, b) => a.offset - b.offset);
}
