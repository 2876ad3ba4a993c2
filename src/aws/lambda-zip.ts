/** Lambda's deployment package: a zip whose file `bootstrap` is run on the provided runtimes. */
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { deflated, PIECE_BYTES, sweep } from './deflated-pieces.ts';

/** The file that Lambda starts on provided.al2023. */
export const BOOTSTRAP = 'bootstrap';

/** Lambda's limit for a zip uploaded directly, in bytes. Source: Lambda quotas, deployment package. */
export const ZIP_LIMIT = 50 * 1024 * 1024;

/** Lambda's limit for all files of a package together, in bytes. Source: Lambda quotas, deployment package. */
export const UNZIPPED_LIMIT = 250 * 1024 * 1024;

/** zlib's own: 1 is a third of the time, and a tenth larger; 9 more than twice the time, and 0.3 % smaller. */
export const DEFAULT_COMPRESSION = 6;

/** Pieces in work at the same time. */
const AT_ONCE = 4;

export interface ZipOptions {
  /** 1 (fast) to 9 (small); default 6. */
  readonly compression?: number;
  /** Where compressed pieces are kept for the next zip. */
  readonly cacheDir?: string;
}

/**
 * Writes a zip whose single entry `bootstrap` is `executable`, with Unix mode 0755. The same content gives the same
 * bytes. Written here as no package takes what is compressed already.
 * @returns the size of the zip, in bytes
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function writeLambdaZip(
  executable: string,
  target: string,
  { compression = DEFAULT_COMPRESSION, cacheDir }: ZipOptions = {},
): Promise<number> {
  const source = await open(executable);
  const zip = await open(target, 'w');
  try {
    const { size } = await source.stat();
    const entry = { crc: 0, compressed: 0, size };
    let at = LOCAL_BYTES;
    for (let from = 0; from < size || from === 0; from += AT_ONCE * PIECE_BYTES) {
      const pieces = await piecesFrom(source, from, size);
      const compress = (piece: Buffer, index: number) =>
        deflated(piece, from + (index + 1) * PIECE_BYTES >= size, compression, cacheDir);
      for (const made of await Promise.all(pieces.map(compress))) {
        await zip.write(made, 0, made.length, at);
        at += made.length;
      }
      for (const piece of pieces) entry.crc = crc32(piece, entry.crc);
    }
    entry.compressed = at - LOCAL_BYTES;
    await zip.write(localHeader(entry), 0, LOCAL_BYTES, 0);
    const end = directory(entry, at);
    await zip.write(end, 0, end.length, at);
    if (cacheDir !== undefined) await sweep(cacheDir);
    return at + end.length;
  } finally {
    await source.close();
    await zip.close();
  }
}

/** At least one, if empty. */
async function piecesFrom(source: FileHandle, from: number, size: number): Promise<Buffer[]> {
  const whole = Buffer.allocUnsafe(Math.min(AT_ONCE * PIECE_BYTES, size - from));
  for (let at = 0; at < whole.length; ) {
    const { bytesRead } = await source.read(whole, at, whole.length - at, from + at);
    if (bytesRead === 0) throw new Error('the executable has become shorter while it was packed');
    at += bytesRead;
  }
  const count = Math.max(1, Math.ceil(whole.length / PIECE_BYTES));
  return Array.from({ length: count }, (_, index) =>
    whole.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  );
}

interface Entry {
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
}

const NAME = Buffer.from(BOOTSTRAP);
const LOCAL_BYTES = 30 + NAME.length;
/** Deflate; no flags. Midnight of 1 January 1980, the first that a zip knows: it is the same whenever it is made. */
const VERSION = 20;
const DEFLATE = 8;
const FIRST_DAY = 0x21;
const UNIX = 3;
const REGULAR_FILE_0755 = 0o100755;

function localHeader(entry: Entry): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(VERSION, 4);
  describe(header, 6, entry);
  return Buffer.concat([header, NAME]);
}

/** Flags, method, time, date, checksum, sizes and length of the name, as both headers have them in a row. */
function describe(header: Buffer, at: number, { crc, compressed, size }: Entry): void {
  header.writeUInt16LE(DEFLATE, at + 2);
  header.writeUInt16LE(FIRST_DAY, at + 6);
  header.writeUInt32LE(crc, at + 8);
  header.writeUInt32LE(compressed, at + 12);
  header.writeUInt32LE(size, at + 16);
  header.writeUInt16LE(NAME.length, at + 20);
}

/** The directory of one entry, and its end. */
function directory(entry: Entry, at: number): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((UNIX << 8) | VERSION, 4);
  header.writeUInt16LE(VERSION, 6);
  describe(header, 8, entry);
  header.writeUInt32LE((REGULAR_FILE_0755 << 16) >>> 0, 38);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(header.length + NAME.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([header, NAME, end]);
}
