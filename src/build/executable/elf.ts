/**
 * Reads the names in a 64-bit little-endian ELF file's DT_NEEDED entries, so that the check of shared libraries
 * needs no binutils. Layout: System V ABI, "Program Header" and "Dynamic Section".
 */
import { type FileHandle, open } from 'node:fs/promises';
import { BuildError } from './errors.ts';

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NULL = 0n;
const DT_NEEDED = 1n;
const DT_STRTAB = 5n;
const DT_STRSZ = 10n;
const PROGRAM_HEADER_SIZE = 56;
const DYNAMIC_ENTRY_SIZE = 16;

interface Segment {
  type: number;
  offset: number;
  address: bigint;
  fileSize: number;
}

/**
 * The shared libraries an executable needs, in file order; empty for a static one.
 * @throws BuildError when the file is no 64-bit little-endian ELF or its tables are damaged.
 */
export async function readNeeded(path: string): Promise<string[]> {
  const file = await open(path, 'r');
  try {
    const segments = await readSegments(file, path);
    const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
    if (!dynamic) return [];
    return await readNames(file, path, segments, await readAt(file, path, dynamic.offset, dynamic.fileSize));
  } finally {
    await file.close();
  }
}

async function readSegments(file: FileHandle, path: string): Promise<Segment[]> {
  const header = await readAt(file, path, 0, 64);
  const magic = header.toString('latin1', 0, 6);
  if (magic !== '\x7fELF\x02\x01') throw new BuildError(`${path}: not a 64-bit little-endian ELF executable`);
  const start = Number(header.readBigUInt64LE(32));
  const size = header.readUInt16LE(54);
  const count = header.readUInt16LE(56);
  if (size !== PROGRAM_HEADER_SIZE) throw damaged(path, `program header size ${size}`);
  const table = await readAt(file, path, start, size * count);
  return Array.from({ length: count }, (_, index) => {
    const at = index * size;
    return {
      type: table.readUInt32LE(at),
      offset: Number(table.readBigUInt64LE(at + 8)),
      address: table.readBigUInt64LE(at + 16),
      fileSize: Number(table.readBigUInt64LE(at + 32)),
    };
  });
}

async function readNames(
  file: FileHandle,
  path: string,
  segments: Segment[],
  dynamic: Buffer,
): Promise<string[]> {
  const needed: number[] = [];
  let tableAddress: bigint | undefined;
  let tableSize = 0;
  for (let at = 0; at + DYNAMIC_ENTRY_SIZE <= dynamic.length; at += DYNAMIC_ENTRY_SIZE) {
    const tag = dynamic.readBigInt64LE(at);
    const value = dynamic.readBigUInt64LE(at + 8);
    if (tag === DT_NULL) break;
    if (tag === DT_NEEDED) needed.push(Number(value));
    if (tag === DT_STRTAB) tableAddress = value;
    if (tag === DT_STRSZ) tableSize = Number(value);
  }
  if (needed.length === 0) return [];
  if (tableAddress === undefined) throw damaged(path, 'no string table');
  const strings = await readAt(file, path, fileOffset(path, segments, tableAddress), tableSize);
  return needed.map((start) => {
    const end = strings.indexOf(0, start);
    if (start >= strings.length || end < 0) throw damaged(path, `library name at ${start}`);
    return strings.toString('utf8', start, end);
  });
}

/** The dynamic section holds memory addresses; the loaded segments tell where those lie in the file. */
function fileOffset(path: string, segments: Segment[], address: bigint): number {
  for (const segment of segments) {
    const delta = Number(address - segment.address);
    if (segment.type === PT_LOAD && delta >= 0 && delta < segment.fileSize) return segment.offset + delta;
  }
  throw damaged(path, `string table address 0x${address.toString(16)}`);
}

async function readAt(file: FileHandle, path: string, position: number, length: number): Promise<Buffer> {
  const { size } = await file.stat();
  if (position + length > size)
    throw damaged(path, `${length} bytes at ${position} lie past its end (${size})`);
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw damaged(path, `${length} bytes at ${position} cannot be read`);
  return buffer;
}

function damaged(path: string, what: string): BuildError {
  return new BuildError(`${path}: damaged ELF file: ${what}`);
}
