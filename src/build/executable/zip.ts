/** Writes the Lambda deployment package. */
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { ZIP_LIMIT } from './constants.ts';
import { BuildError } from './errors.ts';

const REGULAR_FILE_0755 = 0o100755;

/** Local components, as the DOS time field has no zone: the zip is the same wherever it is built. */
const FIXED_TIME = new Date(1980, 0, 1);

/**
 * Writes a zip whose single entry `bootstrap` is `executable`, with Unix mode 0755. The same content gives the same
 * bytes.
 * @param limit largest size allowed, in bytes
 * @throws BuildError when the zip is larger
 */
export async function writeLambdaZip(executable: string, target: string, limit = ZIP_LIMIT): Promise<number> {
  const zip = new ZipFile();
  zip.addFile(executable, 'bootstrap', {
    mtime: FIXED_TIME,
    mode: REGULAR_FILE_0755,
    forceDosTimestamp: true,
  });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(target));
  const { size } = await stat(target);
  if (size > limit) {
    throw new BuildError(
      `the Lambda zip has ${size} bytes; AWS Lambda takes at most ${limit} in a direct upload`,
    );
  }
  return size;
}
