/** A release: version, changelog, package, commit and tag, or none of them. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gt, inc, valid } from 'semver';
import { releasedChangelog } from './changelog.ts';

const run = promisify(execFile);

/** What keeps a release from being made; nothing was changed. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError';
}

export interface Release {
  readonly version: string;
  /** Relative to the repository. */
  readonly tarball: string;
}

const FILES = ['package.json', 'package-lock.json', 'CHANGELOG.md'] as const;
const OUT = join('dist', 'release');

/**
 * Releases the repository at `root`. A version without a tag may be released as it is, so the first one can be.
 * @param wanted `major`, `minor`, `patch`, or a version after the present one
 * @param date of the release, YYYY-MM-DD in UTC; default today
 * @throws ReleaseError for uncommitted changes, a wrong version, an empty changelog, or a package that npm cannot make
 */
export async function release(root: string, wanted: string, date = today()): Promise<Release> {
  const git = (...args: string[]) => run('git', args, { cwd: root }).then(({ stdout }) => stdout.trim());
  await requireClean(root, git);
  const texts = await Promise.all(FILES.map((file) => readText(root, file)));
  const version = await nextVersion(JSON.parse(texts[0]!).version, wanted, git);
  const changelog = releasedChangelog(texts[2]!, version, date);
  if (changelog === undefined) throw new ReleaseError('CHANGELOG.md: there is nothing below ## [Unreleased]');
  let committed = false;
  try {
    await writeAll(root, [withVersion(texts[0]!, version), withVersion(texts[1]!, version), changelog]);
    const tarball = await pack(root);
    await git('commit', '--quiet', '--message', `Release ${version}`, '--', ...FILES);
    committed = true;
    await git('tag', '--annotate', `v${version}`, '--message', `Release ${version}`);
    return { version, tarball };
  } finally {
    if (!committed) await writeAll(root, texts);
  }
}

type Git = (...args: string[]) => Promise<string>;

async function requireClean(root: string, git: Git): Promise<void> {
  const top = await git('rev-parse', '--show-toplevel').catch(() => undefined);
  if (top === undefined || top !== (await realpath(root)))
    throw new ReleaseError(`${root} is no git repository`);
  const changed = await git('status', '--porcelain');
  if (changed !== '') throw new ReleaseError(`commit these first:\n${changed}`);
  if ((await git('branch', '--show-current')) === '') {
    throw new ReleaseError('no branch is checked out: the commit would be lost');
  }
}

async function nextVersion(current: string, wanted: string, git: Git): Promise<string> {
  const relative = ['major', 'minor', 'patch'].find((part) => part === wanted) as 'major' | undefined;
  const version = relative ? inc(current, relative) : valid(wanted);
  if (version === null) {
    throw new ReleaseError(
      `version ${JSON.stringify(wanted)}: it must be major, minor, patch or such as 1.2.3`,
    );
  }
  if ((await git('tag', '--list', `v${version}`)) !== '')
    throw new ReleaseError(`tag v${version}: there already is one`);
  if (version !== current && !gt(version, current)) {
    throw new ReleaseError(`version ${version}: it must come after ${current}`);
  }
  return version;
}

async function readText(root: string, file: string): Promise<string> {
  return readFile(join(root, file), 'utf8').catch((error: Error) => {
    throw new ReleaseError(`${file}: ${error.message}`);
  });
}

async function writeAll(root: string, texts: readonly string[]): Promise<void> {
  for (const [index, file] of FILES.entries()) await writeFile(join(root, file), texts[index]!);
}

/** A manifest or lock file of npm with another version of the package itself. */
function withVersion(manifest: string, version: string): string {
  const data = JSON.parse(manifest);
  data.version = version;
  if (data.packages?.['']) data.packages[''].version = version;
  return `${JSON.stringify(data, null, 2)}\n`;
}

async function pack(root: string): Promise<string> {
  await mkdir(join(root, OUT), { recursive: true });
  try {
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', OUT], { cwd: root });
    const [listing] = Object.values(JSON.parse(stdout)) as { filename: string }[];
    return join(OUT, listing!.filename);
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new ReleaseError(`npm pack failed: ${stderr?.trim() || message}`);
  }
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
