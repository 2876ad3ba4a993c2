import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { fromBufferPromise } from 'yauzl';

export interface ZipEntry {
  name: string;
  /** Unix mode, file type bits included. */
  mode: number;
  /** DOS date and time fields. */
  date: number;
  time: number;
  content: Buffer;
}

/** All entries of a zip by yauzl, which did not write it; contents are checked against their CRC. */
export async function readZip(zip: Buffer): Promise<ZipEntry[]> {
  const file = await fromBufferPromise(zip);
  const entries: ZipEntry[] = [];
  for await (const entry of file.eachEntry()) {
    const content = await buffer(await file.openReadStreamPromise(entry));
    if (crc32(content) !== entry.crc32) throw new Error(`${entry.fileName}: CRC mismatch`);
    const mode = entry.externalFileAttributes >>> 16;
    const { fileName: name, lastModFileDate: date, lastModFileTime: time } = entry;
    entries.push({ name, mode, date, time, content });
  }
  return entries;
}
