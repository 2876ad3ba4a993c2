import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { BOOTSTRAP, UNZIPPED_LIMIT, writeLambdaZip } from '../../src/aws/lambda-zip.ts';
import { DeployError } from './errors.ts';
import { entriesOf, type ZipEntry } from './zip-entries.ts';

/** A Lambda zip, ready to be uploaded. */
export interface Artifact {
  /** Where it comes from, for messages. */
  readonly source: string;
  readonly bytes: Buffer;
  /** Of `bytes`, lower-case hex. */
  readonly sha256: string;
}

/** The zip that `--artifact` names. @throws DeployError when it is no zip that Lambda could run */
export async function namedArtifact(path: string): Promise<Artifact> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.message;
    throw new DeployError(`--artifact ${path}: ${why}`);
  });
  await checkZip(`--artifact ${path}`, bytes);
  return artifact(path, bytes);
}

/**
 * The Lambda zip of a built executable: `EXECUTABLE.zip` beside it when that holds this very executable, else one
 * made on the spot, byte for byte the one that the build writes.
 */
export async function artifactOf(executable: string, say: (line: string) => void): Promise<Artifact> {
  const beside = `${executable}.zip`;
  const bytes = await readFile(beside).catch(() => undefined);
  if (bytes && (await holds(bytes, executable))) return artifact(beside, bytes);
  const why = bytes ? `${beside} holds another executable` : `there is no ${beside}`;
  say(`${why}: packing ${executable}`);
  const dir = await mkdtemp(join(tmpdir(), 'amphi-'));
  try {
    const path = join(dir, 'artifact.zip');
    await writeLambdaZip(executable, path);
    return artifact(executable, await readFile(path));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function artifact(source: string, bytes: Buffer): Artifact {
  return { source, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function checkZip(name: string, bytes: Buffer): Promise<void> {
  const entries = await entriesOf(bytes);
  if (!entries) throw new DeployError(`${name}: it is no zip file`);
  const bootstrap = entries.find((entry) => entry.name === BOOTSTRAP);
  if (!bootstrap) throw new DeployError(`${name}: it has no entry ${BOOTSTRAP}, which Lambda runs`);
  if ((bootstrap.mode & 0o111) === 0) {
    throw new DeployError(`${name}: its entry ${BOOTSTRAP} is not executable (mode 0755)`);
  }
  const unzipped = entries.reduce((sum, { size }) => sum + size, 0);
  if (unzipped > UNZIPPED_LIMIT) {
    throw new DeployError(`${name}: its files have ${unzipped} bytes; AWS Lambda allows ${UNZIPPED_LIMIT}`);
  }
}

async function holds(zip: Buffer, executable: string): Promise<boolean> {
  const [entry, ...more] = (await entriesOf(zip)) ?? [];
  if (entry?.name !== BOOTSTRAP || more.length > 0 || (entry.mode & 0o111) === 0) return false;
  return sameContent(entry, executable);
}

async function sameContent(entry: ZipEntry, path: string): Promise<boolean> {
  if ((await stat(path)).size !== entry.size) return false;
  let sum = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    sum = crc32(chunk as Buffer, sum);
  }
  return sum === entry.crc;
}
