/** Lambda's deployment package: a zip whose file `bootstrap` is run on the provided runtimes. */
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** The file that Lambda starts on provided.al2023. */
export const BOOTSTRAP = 'bootstrap';

/** Lambda's limit for a zip uploaded directly, in bytes. Source: Lambda quotas, deployment package. */
export const ZIP_LIMIT = 50 * 1024 * 1024;

/** Lambda's limit for all files of a package together, in bytes. Source: Lambda quotas, deployment package. */
export const UNZIPPED_LIMIT = 250 * 1024 * 1024;

/** zlib's own: 1 is a third of the time, and a tenth larger. */
export const DEFAULT_COMPRESSION = 6;

const REGULAR_FILE_0755 = 0o100755;

/** Local components, as the DOS time field has no zone: the zip is the same wherever it is made. */
const FIXED_TIME = new Date(1980, 0, 1);

/**
 * Writes a zip whose single entry `bootstrap` is `executable`, with Unix mode 0755. The same content gives the same
 * bytes.
 * @returns the size of the zip, in bytes
 */
export async function writeLambdaZip(
  executable: string,
  target: string,
  compressionLevel: number = DEFAULT_COMPRESSION,
): Promise<number> {
  const zip = new ZipFile();
  zip.addFile(executable, BOOTSTRAP, {
    ...{ mtime: FIXED_TIME, mode: REGULAR_FILE_0755, forceDosTimestamp: true },
    compressionLevel,
  });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(target));
  return (await stat(target)).size;
}
