import { fromBufferPromise } from 'yauzl';

export interface ZipEntry {
  readonly name: string;
  /** Unpacked, in bytes. */
  readonly size: number;
  /** CRC-32 of the unpacked content. */
  readonly crc: number;
  /** Unix mode, 0 when the zip holds none. */
  readonly mode: number;
}

/** The files of a zip in its directory's order, read without unpacking; `undefined` when it is none or is damaged. */
export async function entriesOf(zip: Buffer): Promise<ZipEntry[] | undefined> {
  const entries: ZipEntry[] = [];
  try {
    const file = await fromBufferPromise(zip);
    for await (const { fileName, uncompressedSize, crc32, externalFileAttributes } of file.eachEntry()) {
      const mode = externalFileAttributes >>> 16;
      entries.push({ name: fileName, size: uncompressedSize, crc: crc32, mode });
    }
    return entries;
  } catch {
    return undefined;
  }
}
