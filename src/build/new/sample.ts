/** The sample service of the framework, `src/app`, as the source of a service outside of it. */
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';

const SAMPLE = 'src/app';
const SPECIFIER = /\b(?:from |import |import\()(['"])([^'"\n]+)\1/g;

export interface Sample {
  /** Text by path, relative to the service, e.g. `src/main.ts`. */
  readonly files: Readonly<Record<string, string>>;
  /** npm packages that it imports, the framework left out. */
  readonly packages: readonly string[];
}

/**
 * The sample's files as they are but for its name, which becomes `name`.
 * @param root absolute path of the framework's package
 * @param framework the framework's package name
 */
export async function readSample(root: string, name: string, framework: string): Promise<Sample> {
  const folder = join(root, SAMPLE);
  const names = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts')).sort();
  const files: Record<string, string> = {};
  const packages = new Set<string>();
  for (const file of names) {
    const text = await readFile(join(folder, file), 'utf8');
    for (const imported of packagesOf(text)) packages.add(imported);
    files[posix.join('src', file)] = renamed(text, name);
  }
  packages.delete(framework);
  return { files, packages: [...packages].sort() };
}

/** The npm packages that a module imports. */
export function packagesOf(text: string): string[] {
  const specifiers = [...text.matchAll(SPECIFIER)].map(([, , specifier]) => specifier!);
  return specifiers.filter((each) => !each.startsWith('.') && !isBuiltin(each)).map(packageOf);
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function renamed(text: string, name: string): string {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return text.replace(/\bomega\b/g, name).replace(/\bOmega\b/g, title);
}
