/** The sample service of the framework, `src/app`, as the source of a service outside of it. */
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { BuildError } from '../executable/errors.ts';

/** Modules of the framework by what the package exports them as. Paths are relative to the package. */
export const PUBLIC_MODULES: Readonly<Record<string, string>> = {
  'src/index.ts': 'amphi',
  'src/core/index.ts': 'amphi',
  'src/cli/run.ts': 'amphi',
  'src/cli/index.ts': 'amphi/cli',
  'src/cli/command.ts': 'amphi/cli',
  'src/cli/extension.ts': 'amphi/cli',
  'src/adapters/http/index.ts': 'amphi/http',
  'src/adapters/lambda/index.ts': 'amphi/lambda',
  'src/adapters/lambda/sources/events/index.ts': 'amphi/events',
  'src/adapters/supervisor/index.ts': 'amphi/supervisor',
  'infra/index.ts': 'amphi/infra',
};

const SAMPLE = 'src/app';
const SPECIFIER = /\b(from |import |import\()(['"])([^'"\n]+)\2/g;

export interface Sample {
  /** Text by path, relative to the service, e.g. `src/main.ts`. */
  readonly files: Readonly<Record<string, string>>;
  /** npm packages that it imports, the framework left out. */
  readonly packages: readonly string[];
}

/**
 * The sample's files for a service called `name`: imports of the framework become those of the package, the
 * sample's name the service's.
 * @param root absolute path of the framework's package
 * @throws BuildError when a file imports what the package does not export
 */
export async function readSample(root: string, name: string): Promise<Sample> {
  const folder = join(root, SAMPLE);
  const names = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts')).sort();
  const files: Record<string, string> = {};
  const packages = new Set<string>();
  for (const file of names) {
    const text = await readFile(join(folder, file), 'utf8');
    const moved = withPublicImports(posix.join(SAMPLE, file), text, packages);
    files[posix.join('src', file)] = renamed(moved, name);
  }
  return { files, packages: [...packages].sort() };
}

/** Collects the npm packages that `text` imports in `packages`. */
export function withPublicImports(path: string, text: string, packages: Set<string>): string {
  return text.replace(SPECIFIER, (whole, keyword: string, quote: string, specifier: string) => {
    if (!specifier.startsWith('.')) {
      if (!isBuiltin(specifier)) packages.add(packageOf(specifier));
      return whole;
    }
    const target = posix.join(posix.dirname(path), specifier);
    if (target.startsWith(`${SAMPLE}/`)) return whole;
    const entry = PUBLIC_MODULES[target];
    if (entry === undefined)
      throw new BuildError(`${path} imports ${specifier}, which amphi does not export`);
    return `${keyword}${quote}${entry}${quote}`;
  });
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
