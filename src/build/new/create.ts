/** `amphi new`: makes a service outside of the framework. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { BuildError, codeOf } from '../executable/errors.ts';
import { projectFiles } from './files.ts';
import { dependencySpec, findFramework } from './framework.ts';
import { readSample } from './sample.ts';

export interface NewServiceOptions {
  /** Folder to make, relative to the working directory. It may exist when there is nothing in it but `.git`. */
  readonly dir: string;
  /** Default the folder's own name. */
  readonly name?: string | undefined;
  /** See {@link dependencySpec}. */
  readonly framework?: string | undefined;
}

/** What a registry and npm both take. */
const NAME = /^[A-Za-z][A-Za-z0-9-]{0,47}$/;

/**
 * Makes a service from the sample, with its package.json, tsconfig.json, a test and a README. Everything is checked
 * before anything is written, and no file is ever replaced.
 * @returns what to do next
 * @throws BuildError naming what is wrong
 */
export async function createService(options: NewServiceOptions): Promise<string> {
  const dir = resolve(options.dir);
  const name = options.name ?? basename(dir);
  if (!NAME.test(name)) {
    const hint = options.name === undefined ? ', from the folder; pass --name' : '';
    throw new BuildError(
      `name ${JSON.stringify(name)}${hint}: it must be a letter, then letters, digits or -, at most 48`,
    );
  }
  await requireEmpty(dir);
  const framework = await findFramework();
  const sample = await readSample(framework.root, name, framework.name);
  const spec = await dependencySpec(framework, dir, options.framework);
  const own = projectFiles({ name, spec, framework, packages: sample.packages });
  await writeAll(dir, { ...own, ...sample.files });
  return `made ${name} in ${dir}\nnext: cd ${relative('.', dir) || '.'} && npm install && npm start`;
}

async function requireEmpty(dir: string): Promise<void> {
  try {
    const found = (await readdir(dir)).filter((entry) => entry !== '.git').sort();
    if (found.length > 0) throw new BuildError(`${dir} is not empty: it holds ${listed(found)}`);
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') throw new BuildError(`${dir} is not a folder`);
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

async function writeAll(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text, { flag: 'wx' });
  }
}
