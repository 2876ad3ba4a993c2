/** A reader of zip files for tests, written from PKWARE's APPNOTE and independent of the writer. */
import { crc32, inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string;
  /** Unix mode, file type bits included. */
  mode: number;
  /** DOS date and time fields. */
  date: number;
  time: number;
  content: Buffer;
}

/** All entries of the central directory, contents inflated and checked against their CRC. */
export function readZip(zip: Buffer): ZipEntry[] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('no end of central directory');
  const count = zip.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error(`no central directory entry at ${at}`);
    entries.push(readEntry(zip, at));
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  if (at !== end) throw new Error(`${end - at} bytes between the central directory and its end record`);
  return entries;
}

function readEntry(zip: Buffer, at: number): ZipEntry {
  const local = zip.readUInt32LE(at + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const raw = zip.subarray(start, start + zip.readUInt32LE(at + 20));
  const content = zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(raw) : raw;
  if (crc32(content) !== zip.readUInt32LE(at + 16)) throw new Error('CRC mismatch');
  return {
    name: zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)),
    mode: zip.readUInt32LE(at + 38) >>> 16,
    time: zip.readUInt16LE(at + 12),
    date: zip.readUInt16LE(at + 14),
    content,
  };
}
