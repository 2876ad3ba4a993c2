/**
 * Reads a zip's central directory: what its files are called and how large they are, without unpacking.
 * Layout: PKWARE APPNOTE 6.3.10, 4.3.12 and 4.3.16. Zip64 is not read; Lambda's packages are far smaller.
 */

/** The file that Lambda starts on provided.al2023. */
export const BOOTSTRAP = 'bootstrap';

export interface ZipEntry {
  readonly name: string;
  /** Unpacked, in bytes. */
  readonly size: number;
  /** CRC-32 of the unpacked content. */
  readonly crc: number;
  /** Unix mode, 0 when the zip holds none. */
  readonly mode: number;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const ENTRY_SIZE = 46;

/** The files of a zip in the directory's order, `undefined` when it is none or is damaged. */
export function entriesOf(zip: Buffer): ZipEntry[] | undefined {
  const end = endOf(zip);
  if (end === undefined) return undefined;
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    if (at + ENTRY_SIZE > end || zip.readUInt32LE(at) !== ENTRY_SIGNATURE) return undefined;
    const nameLength = zip.readUInt16LE(at + 28);
    entries.push({
      name: zip.toString('utf8', at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength),
      size: zip.readUInt32LE(at + 24),
      crc: zip.readUInt32LE(at + 16),
      mode: zip.readUInt32LE(at + 38) >>> 16,
    });
    at += ENTRY_SIZE + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

function endOf(zip: Buffer): number | undefined {
  const lowest = Math.max(0, zip.length - END_SIZE - LONGEST_COMMENT);
  for (let at = zip.length - END_SIZE; at >= lowest; at--) {
    if (zip.readUInt32LE(at) === END_SIGNATURE && at + END_SIZE + zip.readUInt16LE(at + 20) === zip.length) {
      return at;
    }
  }
  return undefined;
}
