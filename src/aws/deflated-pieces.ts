/**
 * A file compressed piece by piece, side by side on all cores. Pieces end on a byte (a full flush), so together they are one
 * deflate stream; those of an earlier build are taken from its cache, and most of an executable never changes.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';

/** Larger ones hardly compress better: deflate looks back 32 KB. */
export const PIECE_BYTES = 4 * 1024 * 1024;
/** The pieces of three executables. */
const MOST_KEPT = 90;

const deflate = promisify(deflateRaw);

/** @param cacheDir where pieces are kept; nowhere without */
export async function deflated(
  piece: Uint8Array,
  last: boolean,
  level: number,
  cacheDir: string | undefined,
): Promise<Uint8Array> {
  const compress = () =>
    deflate(piece, { level, finishFlush: last ? constants.Z_FINISH : constants.Z_FULL_FLUSH });
  if (cacheDir === undefined) return compress();
  const hash = createHash('sha256').update(piece).digest('hex');
  const path = join(cacheDir, `${hash}-${level}${last ? '-last' : ''}`);
  const kept = await readFile(path).catch(() => undefined);
  if (kept !== undefined && checked(kept)) {
    const now = new Date();
    await utimes(path, now, now).catch(() => {});
    return kept.subarray(SUM_BYTES);
  }
  const made = await compress();
  await mkdir(cacheDir, { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, Buffer.concat([sumOf(made), made]));
  await rename(temporary, path);
  return made;
}

const SUM_BYTES = 32;
const sumOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Whether a kept piece is as it was written. */
function checked(kept: Buffer): boolean {
  return kept.length > SUM_BYTES && sumOf(kept.subarray(SUM_BYTES)).equals(kept.subarray(0, SUM_BYTES));
}

/** Removes what was used longest ago. */
export async function sweep(cacheDir: string): Promise<void> {
  const names = await readdir(cacheDir).catch(() => []);
  if (names.length <= MOST_KEPT) return;
  const paths = names.map((name) => join(cacheDir, name));
  const aged = await Promise.all(
    paths.map(async (path) => [path, (await stat(path).catch(() => undefined))?.mtimeMs ?? 0] as const),
  );
  const old = aged.sort((a, b) => b[1] - a[1]).slice(MOST_KEPT);
  await Promise.all(old.map(([path]) => rm(path, { force: true })));
}
